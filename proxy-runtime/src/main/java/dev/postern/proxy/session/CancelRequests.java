package dev.postern.proxy.session;

import dev.postern.api.message.CancelRequest;
import dev.postern.proxy.backend.BackendConnector;
import dev.postern.proxy.relay.CancelTarget;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes cancel requests on to the backend that serves the session. A key that belongs to no
 * session costs no backend connection, and an address that makes keys up is not listened to for a
 * while. A client never learns which it was.
 */
public final class CancelRequests {
  private static final Logger log = LoggerFactory.getLogger(CancelRequests.class);

  /** Wrong keys of one address within {@link #SPAN}. A key has 32 random bits or more. */
  private static final int WRONG_KEYS = 50;

  private static final Duration SPAN = Duration.ofMinutes(1);

  private final CancelKeys keys = new CancelKeys();
  private final AttemptLimit wrongKeys = new AttemptLimit(WRONG_KEYS, SPAN, System::nanoTime);
  private final BackendConnector connector;

  public CancelRequests(BackendConnector connector) {
    this.connector = connector;
  }

  CancelKeys keys() {
    return keys;
  }

  /** Handles a client's request; blocks until the backend has taken it. */
  void handle(CancelRequest request, InetAddress address, EventLoop eventLoop)
      throws InterruptedException {
    if (wrongKeys.isExceeded(address)) {
      return;
    }
    Session session = keys.find(request);
    if (session == null && keys.wasKnown(request)) {
      return; // late, which is no guess
    }
    if (session == null) {
      if (wrongKeys.failed(address)) {
        log.atWarn()
            .addKeyValue("client", address.getHostAddress())
            .log(
                "{} cancel requests with unknown keys within a minute; ignoring it until that is over",
                WRONG_KEYS);
      }
      return;
    }
    cancel(session, eventLoop);
  }

  /**
   * Cancels what the backend is doing for a session, whoever wants it; blocks until the backend has
   * taken it.
   */
  void cancel(Session session, EventLoop eventLoop) throws InterruptedException {
    Future<@Nullable CancelTarget> asked =
        session.relay().eventLoop().submit(() -> session.relay().cancelTarget());
    CancelTarget target = asked.await().getNow();
    if (target == null) {
      return;
    }
    try {
      connector.cancel(target.server(), target.address(), target.request(), eventLoop);
    } catch (IOException e) {
      log.atWarn()
          .addKeyValue("sessionId", session.id())
          .addKeyValue("backend", target.server().address())
          .log("could not pass a cancel request on: {}", e.getMessage());
    } finally {
      target.done().run();
    }
  }
}
