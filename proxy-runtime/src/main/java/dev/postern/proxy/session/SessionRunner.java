package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.api.session.TlsInfo;
import dev.postern.proxy.backend.BackendConnection;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.frontend.LoginExchange;
import dev.postern.proxy.frontend.Negotiation;
import dev.postern.proxy.frontend.Opening;
import dev.postern.proxy.plugin.Asked;
import dev.postern.proxy.plugin.Decision;
import dev.postern.proxy.plugin.NamedInterceptor;
import dev.postern.proxy.plugin.PluginSet;
import dev.postern.proxy.relay.Declarations;
import dev.postern.proxy.session.SessionRegistry.Place;
import dev.postern.proxy.tls.ServerHandshake;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Takes one client from its first byte to the relay. Runs on a virtual thread of its own, which
 * ends when the relay begins.
 */
public final class SessionRunner implements Runnable {
  private final String sessionId;
  private final BlockingChannel channel;
  private final FrontendConnection client;
  private final Negotiation negotiation;
  private final SessionServices services;
  private final boolean mayBlock;
  private final Instant startedAt;
  private final Asked asked = new Asked();
  private final LoginAlarm alarm;
  private final LoginRefusal refusal;
  private boolean relaying;

  /**
   * @param mayBlock whether its thread was started as that of a login that may block
   */
  public SessionRunner(
      String sessionId,
      BlockingChannel channel,
      Negotiation negotiation,
      SessionServices services,
      boolean mayBlock) {
    this.sessionId = sessionId;
    this.channel = channel;
    this.client = new FrontendConnection(channel);
    this.negotiation = negotiation;
    this.services = services;
    this.mayBlock = mayBlock;
    this.startedAt = services.clock().instant();
    this.alarm = new LoginAlarm(channel, asked);
    this.refusal = new LoginRefusal(sessionId, client, alarm, asked);
  }

  @Override
  public void run() {
    SessionRegistry registry = services.registry();
    alarm.watch(Thread.currentThread());
    try {
      serve(registry.loginStarted(alarm));
    } catch (Throwable e) {
      refusal.because(e);
    } finally {
      alarm.stop();
      registry.loginEnded(alarm);
      if (!relaying) {
        client.close();
        channel.release();
      }
    }
  }

  /**
   * Sees what the client has come for.
   *
   * @param mayLogIn whether anybody may: sessions can be cancelled until the last of them has ended
   */
  private void serve(boolean mayLogIn) throws IOException, InterruptedException, SessionException {
    try {
      switch (negotiation.perform(client)) {
        case Opening.Cancel(var request) -> {
          services.cancels().handle(request, channel);
          client.close();
        }
        case Opening.Login login -> {
          if (mayLogIn) {
            logIn(login);
          } else {
            refusal.atShutdown();
          }
        }
      }
    } catch (IOException | SessionException | RuntimeException e) {
      if (alarm.isCutOff()) { // which plugins may have put in their own words
        throw new InterruptedException("the login was cut off");
      }
      throw e;
    }
  }

  private void logIn(Opening.Login login)
      throws IOException, InterruptedException, SessionException {
    refusal.startup(login.parameters());
    ClientInfo info =
        new ClientInfo(sessionId, channel.remoteAddress(), channel.localAddress(), tlsInfo());
    alarm.user(login.parameters().user());
    PluginSet plugins = services.plugins().enter();
    try {
      if (plugins.mayBlock() && !mayBlock) { // they were put in service after it was accepted
        OtherThread.run(() -> logIn(login, info, plugins));
      } else {
        logIn(login, info, plugins);
      }
    } catch (Throwable e) {
      refusal.tell(plugins.interceptors(), info, startedAt, e);
      throw e;
    } finally {
      if (!relaying) {
        plugins.leave();
      }
    }
  }

  private void logIn(Opening.Login login, ClientInfo info, PluginSet plugins)
      throws IOException, InterruptedException, SessionException {
    AuthenticatedUser user = authenticate(info, login.parameters(), plugins);
    refusal.user(user);
    Place place = null;
    try {
      checkExpiry(user);
      place = services.registry().admit(user, address());
      services.registry().loginAdmitted(alarm);
      Decision decision = decide(new RoutingRequest(info, login.parameters(), user), plugins);
      refusal.route(decision.route());
      Admitted admitted = new Admitted(info, login, user, decision, plugins, place);
      if (PoolCheckout.isPooled(decision.route(), login.parameters())) {
        openPooled(admitted);
      } else {
        openDedicated(admitted);
      }
    } finally {
      if (user.scramKeys() != null) {
        user.scramKeys().close();
      }
      if (user.password() != null) {
        user.password().close();
      }
      if (!relaying && place != null) {
        place.release();
      }
    }
  }

  private void checkExpiry(AuthenticatedUser user) throws AuthenticationException {
    Instant expiry = user.expiry();
    if (expiry != null && !services.clock().instant().isBefore(expiry)) {
      throw AuthenticationException.denied(
          "the login of user \"" + user.name() + "\" has expired",
          "the authenticator says that it was good until " + expiry);
    }
  }

  private void openDedicated(Admitted admitted)
      throws IOException, InterruptedException, SessionException {
    BackendConnection backend =
        services
            .logins()
            .open(
                admitted.decision().route(),
                admitted.decision().router(),
                admitted.user(),
                admitted.login().version(),
                admitted.login().parameters(),
                channel.eventLoop(),
                channel.deadline());
    try {
      opening(admitted, backend.backend()).open(client, backend, this::loginEnded);
      relaying = true;
    } finally {
      if (!relaying) {
        backend.close();
      }
    }
  }

  private void openPooled(Admitted admitted) throws InterruptedException, SessionException {
    PoolCheckout checkout =
        PoolCheckout.open(
            services.logins(),
            services.pools(),
            admitted.decision().router(),
            new PooledLogin(
                services.registry(),
                admitted.info(),
                admitted.login().parameters(),
                admitted.user(),
                admitted.decision().route(),
                startedAt),
            admitted.login().version(),
            channel);
    try {
      opening(admitted, checkout.pool().key().server()).open(client, checkout, this::loginEnded);
      relaying = true;
    } finally {
      if (!relaying) {
        checkout.cancel(channel.eventLoop());
      }
    }
  }

  private SessionOpening opening(Admitted admitted, Backend backend)
      throws InterruptedException, SessionException {
    Opening.Login login = admitted.login();
    SessionInfo session =
        new SessionInfo(
            admitted.info(),
            login.parameters(),
            admitted.user(),
            admitted.decision().route(),
            backend,
            startedAt);
    Declarations declarations = declare(session, admitted.plugins());
    if (!alarm.stop()) {
      throw new InterruptedException("the login took too long");
    }
    if (alarm.isRevoked()) {
      throw revoked(login.parameters());
    }
    return new SessionOpening(services, session, admitted, declarations);
  }

  /** The session takes over, and with it what has been done to the login in the last moment. */
  private void loginEnded(Session session) {
    services.registry().loginEnded(alarm);
    if (alarm.isCutOff()) {
      session.end(
          CloseReason.SHUTDOWN,
          "Postern is shutting down",
          SqlState.CANNOT_CONNECT_NOW,
          LoginRefusal.SHUTTING_DOWN);
    } else if (alarm.isRevoked()) {
      AuthenticationException refusal = revoked(session.info().startup());
      session.end(
          CloseReason.KILLED,
          String.valueOf(refusal.getMessage()),
          refusal.sqlState(),
          refusal.clientMessage());
    }
  }

  private static AuthenticationException revoked(StartupParameters startup) {
    return AuthenticationException.invalidPassword(
        startup.user(), "the user was disabled, removed or changed during the login");
  }

  private AuthenticatedUser authenticate(
      ClientInfo info, StartupParameters parameters, PluginSet plugins) throws SessionException {
    FailedLogins.Attempt attempt = services.failedLogins().attempt(address());
    boolean failed = false;
    try {
      return plugins.authenticate(
          new LoginExchange(client, info, parameters, services.mocks(), attempt), asked);
    } catch (AuthenticationException e) {
      failed = e.sqlState().equals(SqlState.INVALID_PASSWORD);
      throw e;
    } catch (RuntimeException e) {
      throw AuthenticationException.unavailable("the authenticator failed: " + e, e);
    } finally {
      attempt.end(failed);
    }
  }

  private Decision decide(RoutingRequest request, PluginSet plugins) throws SessionException {
    try {
      return plugins.decide(request, asked);
    } catch (RuntimeException e) {
      throw new SessionException(
          SqlState.INTERNAL_ERROR,
          FailureKind.PLUGIN,
          "internal error (session " + sessionId + ")",
          "the router failed: " + e,
          e);
    }
  }

  private Declarations declare(SessionInfo session, PluginSet plugins) throws SessionException {
    Declarations declarations = new Declarations(isPhysicalReplication(session.startup()));
    for (NamedInterceptor named : plugins.interceptors()) {
      try {
        if (named.isFor(session)) {
          asked.tell(
              named.name(),
              () ->
                  named.interceptor().open(session, declarations.of(named.name(), named.calls())));
        }
      } catch (RuntimeException e) {
        throw new SessionException(
            SqlState.INTERNAL_ERROR,
            FailureKind.PLUGIN,
            "internal error (session " + sessionId + ")",
            "interceptor " + named.name() + " failed to open the session: " + e,
            e);
      }
    }
    return declarations;
  }

  private static boolean isPhysicalReplication(StartupParameters startup) {
    return startup.replication() && !"database".equals(startup.values().get("replication"));
  }

  private @Nullable TlsInfo tlsInfo() {
    ServerHandshake tls = client.tls();
    return tls == null ? null : tls.info();
  }

  private InetAddress address() {
    return channel.remoteAddress().getAddress();
  }
}
