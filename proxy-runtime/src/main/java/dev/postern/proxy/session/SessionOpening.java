package dev.postern.proxy.session;

import dev.postern.api.SessionException;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.session.SessionInfo;
import dev.postern.proxy.backend.BackendConnection;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.relay.CancelTarget;
import dev.postern.proxy.relay.Declarations;
import dev.postern.proxy.relay.DedicatedRelay;
import dev.postern.proxy.relay.PooledRelay;
import dev.postern.proxy.relay.Relay;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The last step of a login: the client is greeted, and the relay begins. */
final class SessionOpening {
  private final SessionServices services;
  private final SessionInfo info;
  private final Admitted admitted;
  private final ProtocolVersion version;
  private final Declarations declarations;

  SessionOpening(
      SessionServices services, SessionInfo info, Admitted admitted, Declarations declarations) {
    this.services = services;
    this.info = info;
    this.admitted = admitted;
    this.version = admitted.login().version();
    this.declarations = declarations;
  }

  /**
   * Greets the client and starts the relay, to which both connections then belong.
   *
   * @param loginEnded told before the client hears that it is logged in; may end the session
   */
  void open(FrontendConnection client, BackendConnection backend, Consumer<Session> loginEnded)
      throws InterruptedException, SessionException {
    ClientGreeting greeting =
        ClientGreeting.of(backend, client, services.cancels().keys(), version);
    Session session = new Session(info);
    SessionEnding ending = new SessionEnding(services, session, admitted, greeting.clientKey());
    DedicatedRelay relay =
        new DedicatedRelay(
            session.id(),
            client.channel(),
            backend.channel(),
            declarations,
            services.relaySettings(),
            cancelTarget(backend, greeting.backendKey()),
            ending);
    session.relay(relay);
    announce(session, greeting, loginEnded);
    begin(ending, client, relay, () -> relay.start(client.channel(), backend.channel()));
  }

  /**
   * Greets the client and starts a relay that takes backends from a pool.
   *
   * @param loginEnded as above
   */
  void open(FrontendConnection client, PoolCheckout checkout, Consumer<Session> loginEnded) {
    ClientGreeting greeting =
        ClientGreeting.of(checkout, client, services.cancels().keys(), version);
    Session session = new Session(info);
    BackendKeyData key = greeting.clientKey();
    SessionEnding ending = new SessionEnding(services, session, admitted, key);
    PooledRelay relay =
        new PooledRelay(
            session.id(),
            key == null ? 0 : key.processId(),
            client.channel(),
            checkout.pool(),
            checkout.parameters(),
            checkout.backend(),
            declarations,
            services.relaySettings(),
            ending);
    session.relay(relay);
    announce(session, greeting, loginEnded);
    begin(ending, client, relay, () -> relay.start(client.channel()));
  }

  private static @Nullable CancelTarget cancelTarget(
      BackendConnection backend, @Nullable BackendKeyData key) {
    return key == null
        ? null
        : new CancelTarget(
            backend.backend(),
            backend.channel().remoteAddress(),
            new CancelRequest(key.processId(), key.secretKey()),
            certain -> {});
  }

  /** Others know of the session before its client does. */
  private void announce(Session session, ClientGreeting greeting, Consumer<Session> loginEnded) {
    BackendKeyData key = greeting.clientKey();
    if (key != null) {
      services.cancels().keys().add(key.processId(), key.secretKey(), session);
    }
    services.registry().opened(session);
    AccessLog.opened(info, version, greeting.backendLogin());
    // Before the client knows: who has been told that it is logged in is no login to be cut off.
    loginEnded.accept(session);
  }

  private static void begin(
      SessionEnding ending, FrontendConnection client, Relay relay, Runnable start) {
    relay
        .eventLoop()
        .execute(
            () -> {
              client.flush();
              start.run();
              ending.watch();
            });
  }
}
