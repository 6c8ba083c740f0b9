package dev.postern.proxy.session;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.routing.Router;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import dev.postern.proxy.relay.LoopCalls;
import dev.postern.proxy.relay.RelayEnd;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done when a session has ended: everything that knew it is told, and what the backend
 * still does for it is cancelled.
 */
final class SessionEnding implements RelayEnd {
  private static final Logger log = LoggerFactory.getLogger(SessionEnding.class);

  /** Seconds between the last two requests to cancel what a client has left behind. */
  private static final int LONGEST_CANCEL_WAIT = 8;

  private static final int CANCEL_LOOK_MILLIS = 50;

  private final SessionServices services;
  private final Session session;
  private final Admitted admitted;
  private final @Nullable BackendKeyData clientKey;
  private final LoginExpiry expiry;
  private boolean over;

  SessionEnding(
      SessionServices services,
      Session session,
      Admitted admitted,
      @Nullable BackendKeyData clientKey) {
    this.services = services;
    this.session = session;
    this.admitted = admitted;
    this.clientKey = clientKey;
    this.expiry = new LoginExpiry(session, services.expiredTimeout(), services.clock());
  }

  /** On the session's event loop, when it relays: what ends sessions by time begins. */
  void watch() {
    if (!over) { // an administrator can be quicker
      services.idleSweep().opened(session, session.relay().eventLoop());
      expiry.start();
    }
  }

  @Override
  public void ended(
      CloseReason reason, String detail, @Nullable SqlState sqlState, boolean backendBusy) {
    over = true;
    expiry.stop();
    SessionInfo info = session.info();
    EventLoop eventLoop = session.relay().eventLoop();
    services.idleSweep().closed(session, eventLoop);
    if (backendBusy) {
      services.registry().cancelStarted();
    }
    services.registry().closed(session);
    if (clientKey != null) {
      services.cancels().keys().remove(clientKey.processId(), clientKey.secretKey(), session);
    }
    Router router = admitted.decision().router();
    LoopCalls.ofThisThread().run(() -> router.sessionClosed(info.route(), info.backend()));
    admitted.plugins().leave();
    // What the server still does for the session after its end counts as the session.
    session.relay().whenBackendIsFree(admitted.place()::release);
    AccessLog.ended(session, reason, detail, sqlState, services.clock().instant());
    if (backendBusy) {
      Thread.ofVirtual().name("cancel-" + session.id()).start(() -> cancelAbandoned(eventLoop));
    }
  }

  /**
   * The client has gone while the backend works for it: what it does there is of no use to anyone
   * and may hold locks. A request that overtakes the query that it is meant for is lost, so it is
   * repeated until the backend has closed.
   */
  private void cancelAbandoned(EventLoop eventLoop) {
    try {
      for (int seconds = 1; seconds <= LONGEST_CANCEL_WAIT; seconds *= 2) {
        services.cancels().cancel(session, eventLoop);
        if (backendCloses(Duration.ofSeconds(seconds))) {
          return;
        }
      }
    } catch (InterruptedException e) {
      log.atDebug().addKeyValue("sessionId", session.id()).log("interrupted while cancelling");
    } finally {
      services.registry().cancelEnded();
    }
  }

  private boolean backendCloses(Duration within) throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (session.relay().isBackendOpen() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(CANCEL_LOOK_MILLIS);
    }
    return !session.relay().isBackendOpen();
  }
}
