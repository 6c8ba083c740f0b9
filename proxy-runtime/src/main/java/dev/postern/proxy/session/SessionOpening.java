package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import dev.postern.proxy.backend.BackendConnection;
import dev.postern.proxy.backend.BackendRefusedException;
import dev.postern.proxy.codec.MessageTypes;
import dev.postern.proxy.codec.ProtocolException;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.relay.CancelTarget;
import dev.postern.proxy.relay.Declarations;
import dev.postern.proxy.relay.DedicatedRelay;
import dev.postern.proxy.relay.PooledRelay;
import dev.postern.proxy.relay.Relay;
import dev.postern.proxy.session.SessionRegistry.Place;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last step of a login: the backend's own greeting answers the client, but for the cancel key,
 * and the relay begins. Its end is also seen to here.
 */
final class SessionOpening {
  /** One line for each session that began or ended. */
  private static final Logger access = LoggerFactory.getLogger("dev.postern.access");

  private static final Logger log = LoggerFactory.getLogger(SessionOpening.class);

  /** All that a server says between AuthenticationOk and ReadyForQuery, in bytes. */
  private static final int MAX_GREETING = 1024 * 1024;

  /** Seconds between the last two requests to cancel what a client has left behind. */
  private static final int LONGEST_CANCEL_WAIT = 8;

  private static final int CANCEL_LOOK_MILLIS = 50;

  private final SessionServices services;
  private final SessionInfo info;
  private final ProtocolVersion version;
  private final Place place;
  private final Declarations declarations;
  private String backendLogin = "";
  private @Nullable BackendKeyData backendKey;
  private @Nullable BackendKeyData clientKey;

  /** Of the session's event loop. */
  private boolean over;

  SessionOpening(
      SessionServices services,
      SessionInfo info,
      ProtocolVersion version,
      Place place,
      Declarations declarations) {
    this.services = services;
    this.info = info;
    this.version = version;
    this.place = place;
    this.declarations = declarations;
  }

  /**
   * Greets the client and starts the relay, to which both connections then belong.
   *
   * @param loginEnded told before the client hears that it is logged in; may end the session
   */
  void open(FrontendConnection client, BackendConnection backend, Consumer<Session> loginEnded)
      throws IOException, InterruptedException, SessionException {
    greet(client, backend);
    Session session = new Session(info);
    DedicatedRelay relay =
        new DedicatedRelay(
            session.id(),
            client.channel(),
            backend.channel(),
            declarations,
            services.relaySettings(),
            cancelTarget(backend),
            (reason, detail, busy) -> ended(session, reason, detail, busy));
    begin(
        session, relay, client, () -> relay.start(client.channel(), backend.channel()), loginEnded);
  }

  /**
   * Greets the client and starts a relay that takes backends from a pool.
   *
   * @param loginEnded as above
   */
  void open(FrontendConnection client, PoolCheckout checkout, Consumer<Session> loginEnded) {
    greet(client, checkout);
    Session session = new Session(info);
    PooledRelay relay =
        new PooledRelay(
            session.id(),
            clientKey == null ? 0 : clientKey.processId(),
            client.channel(),
            checkout.pool(),
            checkout.parameters(),
            checkout.backend(),
            declarations,
            services.relaySettings(),
            (reason, detail, busy) -> ended(session, reason, detail, busy));
    begin(session, relay, client, () -> relay.start(client.channel()), loginEnded);
  }

  private void begin(
      Session session,
      Relay relay,
      FrontendConnection client,
      Runnable start,
      Consumer<Session> loginEnded) {
    session.relay(relay);
    if (clientKey != null) {
      services.cancels().keys().add(clientKey.processId(), clientKey.secretKey(), session);
    }
    services.registry().opened(session);
    services.router().sessionOpened(info.route(), info.backend());
    logOpened();
    // Before the client knows: who has been told that it is logged in is no login to be cut off.
    loginEnded.accept(session);
    EventLoop eventLoop = relay.eventLoop();
    eventLoop.execute(
        () -> {
          if (!over) { // an administrator can be quicker
            services.idleSweep().opened(session, eventLoop);
          }
          client.flush();
          start.run();
        });
  }

  private void greet(FrontendConnection client, PoolCheckout checkout) {
    client.send(new AuthenticationOk());
    client.send(checkout.parameters()::writeTo);
    PooledBackend own = checkout.backend();
    backendLogin = own == null ? "pool" : own.loginMethod();
    BackendKeyData theirs = own == null ? null : own.key();
    if (own == null || theirs != null) {
      CancelKeys keys = services.cancels().keys();
      // A session with one backend is found by its process id, as in the server's own views.
      int processId = theirs == null ? keys.newProcessId() : theirs.processId();
      BackendKeyData ours = keys.newKey(processId, version);
      clientKey = ours;
      client.send(ours);
    }
    client.send(new ReadyForQuery(TransactionStatus.IDLE));
  }

  private void greet(FrontendConnection client, BackendConnection backend)
      throws IOException, InterruptedException, SessionException {
    backendLogin = backend.loginMethod();
    client.send(new AuthenticationOk());
    byte type;
    int length = 0;
    do {
      ByteBuf message = readGreeting(backend);
      try {
        length += message.readableBytes();
        if (length > MAX_GREETING) {
          throw ProtocolException.byServer(
              "greeting of more than " + MAX_GREETING + " bytes before the first ReadyForQuery");
        }
        type = message.getByte(message.readerIndex());
        switch (type) {
          case MessageTypes.BACKEND_KEY_DATA -> exchangeKey(client, message);
          case MessageTypes.ERROR_RESPONSE ->
              throw new BackendRefusedException(
                  (ErrorResponse) BackendConnection.decode(message), "");
          case MessageTypes.PARAMETER_STATUS,
              MessageTypes.NOTICE_RESPONSE,
              MessageTypes.READY_FOR_QUERY -> {
            BackendConnection.decode(message);
            client.send(message);
          }
          default ->
              throw ProtocolException.byServer(
                  "a message of type 0x%02x in the greeting".formatted(type & 0xff));
        }
      } finally {
        message.release();
      }
    } while (type != MessageTypes.READY_FOR_QUERY);
  }

  private static ByteBuf readGreeting(BackendConnection backend)
      throws InterruptedException, SessionException {
    try {
      return backend.read("the backend's greeting");
    } catch (IOException e) {
      throw new SessionException(
          SqlState.CONNECTION_FAILURE,
          FailureKind.BACKEND,
          "the server closed the connection unexpectedly",
          "backend " + backend.backend().address() + " after the login there: " + e.getMessage(),
          e);
    }
  }

  private void exchangeKey(FrontendConnection client, ByteBuf message) throws SessionException {
    BackendKeyData theirs = (BackendKeyData) BackendConnection.decode(message);
    BackendKeyData ours = services.cancels().keys().newKey(theirs.processId(), version);
    backendKey = theirs;
    clientKey = ours;
    client.send(ours);
  }

  private @Nullable CancelTarget cancelTarget(BackendConnection backend) {
    BackendKeyData key = backendKey;
    return key == null
        ? null
        : new CancelTarget(
            backend.backend(),
            backend.channel().remoteAddress(),
            new CancelRequest(key.processId(), key.secretKey()),
            () -> {});
  }

  /** Runs on the session's event loop, once. */
  private void ended(Session session, CloseReason reason, String detail, boolean backendBusy) {
    over = true;
    EventLoop eventLoop = session.relay().eventLoop();
    services.idleSweep().closed(session, eventLoop);
    if (backendBusy) {
      services.registry().cancelStarted();
    }
    services.registry().closed(session);
    if (clientKey != null) {
      services.cancels().keys().remove(clientKey.processId(), clientKey.secretKey(), session);
    }
    services.router().sessionClosed(info.route(), info.backend());
    // What the server still does for the session after its end counts as the session.
    session.relay().whenBackendIsFree(place::release);
    logEnded(session, reason, detail);
    if (backendBusy) {
      Thread.ofVirtual()
          .name("cancel-" + session.id())
          .start(() -> cancelAbandoned(session, eventLoop));
    }
  }

  /**
   * The client has gone while the backend works for it: what it does there is of no use to anyone
   * and may hold locks. A request that overtakes the query that it is meant for is lost, so it is
   * repeated until the backend has closed.
   */
  private void cancelAbandoned(Session session, EventLoop eventLoop) {
    try {
      for (int seconds = 1; seconds <= LONGEST_CANCEL_WAIT; seconds *= 2) {
        services.cancels().cancel(session, eventLoop);
        if (backendCloses(session, Duration.ofSeconds(seconds))) {
          return;
        }
      }
    } catch (InterruptedException e) {
      log.atDebug().addKeyValue("sessionId", session.id()).log("interrupted while cancelling");
    } finally {
      services.registry().cancelEnded();
    }
  }

  private static boolean backendCloses(Session session, Duration within)
      throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (session.relay().isBackendOpen() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(CANCEL_LOOK_MILLIS);
    }
    return !session.relay().isBackendOpen();
  }

  private void logOpened() {
    access
        .atInfo()
        .addKeyValue("sessionId", info.sessionId())
        .addKeyValue("user", info.user().name())
        .addKeyValue("database", info.startup().database())
        .addKeyValue("client", info.client().address().getAddress().getHostAddress())
        .addKeyValue("tls", info.client().tls() != null)
        .addKeyValue("route", info.route().name())
        .addKeyValue("backend", info.backend().address())
        .addKeyValue("protocol", version)
        .addKeyValue("backendLogin", backendLogin)
        .log("session opened");
  }

  private void logEnded(Session session, CloseReason reason, String detail) {
    boolean usual =
        reason == CloseReason.CLIENT_TERMINATED || reason == CloseReason.CLIENT_VANISHED;
    (usual ? access.atInfo() : access.atWarn())
        .addKeyValue("sessionId", info.sessionId())
        .addKeyValue("user", info.user().name())
        .addKeyValue("database", info.startup().database())
        .addKeyValue("backend", info.backend().address())
        .addKeyValue("reason", reason)
        .addKeyValue(
            "millis", Duration.between(info.startedAt(), services.clock().instant()).toMillis())
        .addKeyValue("fromClient", session.progress().bytesFromClient())
        .addKeyValue("fromBackend", session.progress().bytesFromBackend())
        .log("session ended: {}", detail);
  }
}
