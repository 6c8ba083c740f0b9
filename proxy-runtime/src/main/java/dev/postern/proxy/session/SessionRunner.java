package dev.postern.proxy.session;

import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.api.session.TlsInfo;
import dev.postern.proxy.backend.BackendConnection;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.frontend.Negotiation;
import dev.postern.proxy.frontend.Opening;
import dev.postern.proxy.plugin.Asked;
import dev.postern.proxy.plugin.Decision;
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
  private final LoginStake stake = new LoginStake();
  private final LoginQuestions questions;
  private volatile @Nullable LoginPlugins entered;
  private boolean relaying;

  /** Nobody else ends the login any more. */
  @FunctionalInterface
  private interface LastStep {
    void take(SessionOpening opening) throws InterruptedException, SessionException;
  }

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
    this.alarm = new LoginAlarm(channel, asked, this::giveUp);
    this.refusal = new LoginRefusal(sessionId, client, alarm, asked);
    this.questions = new LoginQuestions(services, client, asked, alarm, stake);
  }

  @Override
  public void run() {
    SessionRegistry registry = services.registry();
    alarm.watch(Thread.currentThread());
    try {
      serve(registry.loginStarted(alarm));
    } catch (Throwable e) {
      if (alarm.endsItself()) {
        refusal.because(e);
      } else {
        refusal.atLast(e);
      }
    } finally {
      alarm.stop();
      registry.loginEnded(alarm);
      if (alarm.isGivenUp()) {
        registry.stuckLoginEnded();
      }
      if (!relaying) {
        if (alarm.isGivenUp()) {
          client.leave(); // others tell it, and the alarm closes
        } else {
          client.close();
        }
        channel.release();
      }
    }
  }

  /**
   * Its thread does not come to its end; what is done here may take its time as well. Not virtual:
   * such logins may hold all carriers.
   */
  private void giveUp(@Nullable Thread stuck) {
    services.registry().loginGivenUp(alarm);
    Thread.ofPlatform()
        .daemon()
        .name("session-" + sessionId + "-given-up")
        .start(
            () -> {
              String culprit = asked.now();
              SessionException end = refusal.givenUp(stuck, culprit);
              stake.giveBack();
              LoginPlugins plugins = entered;
              if (plugins != null) {
                plugins.failed(culprit);
                plugins.tell(refusal, new Asked(), end);
                plugins.leave();
              }
              refusal.refuseGivenUp(end);
            });
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
    services.registry().checkStuckLogins();
    PluginSet plugins = services.plugins().enter();
    LoginPlugins visit = new LoginPlugins(plugins, info, startedAt);
    entered = visit;
    try {
      if (plugins.mayBlock() && !mayBlock) { // they were put in service after it was accepted
        OtherThread.run(() -> logInThere(login, info, plugins));
      } else {
        logIn(login, info, plugins);
      }
    } catch (Throwable e) {
      Thread.interrupted(); // that was for the login, and not for those who hear of its end
      if (alarm.hasRung() && !alarm.isGivenUp() && asked.thrower(e) == null) {
        visit.failed(alarm.latePlugin()); // what it throws is counted where it does
      }
      visit.tell(refusal, asked, e);
      throw e;
    } finally {
      if (!relaying) {
        visit.leave();
      }
    }
  }

  private void logInThere(Opening.Login login, ClientInfo info, PluginSet plugins)
      throws IOException, InterruptedException, SessionException {
    Thread here = alarm.watch(Thread.currentThread());
    try {
      logIn(login, info, plugins);
    } finally {
      alarm.watch(here);
    }
  }

  private void logIn(Opening.Login login, ClientInfo info, PluginSet plugins)
      throws IOException, InterruptedException, SessionException {
    AuthenticatedUser user = questions.authenticate(info, login.parameters(), plugins);
    refusal.user(user);
    try {
      checkExpiry(user);
      Place place = services.registry().admit(user, address());
      stake.hold(place::release);
      services.registry().loginAdmitted(alarm);
      Decision decision =
          questions.decide(new RoutingRequest(info, login.parameters(), user), plugins);
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
      if (!relaying) {
        stake.giveBack();
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
                admitted.decision().router(asked),
                admitted.user(),
                admitted.login().version(),
                admitted.login().parameters(),
                channel.eventLoop(),
                channel.deadline());
    stake.hold(backend::close);
    open(admitted, backend.backend(), opening -> opening.open(client, backend, this::loginEnded));
  }

  private void openPooled(Admitted admitted) throws InterruptedException, SessionException {
    PoolCheckout checkout =
        PoolCheckout.open(
            services.logins(),
            services.pools(),
            admitted.decision().router(asked),
            new PooledLogin(
                services.registry(),
                admitted.info(),
                admitted.login().parameters(),
                admitted.user(),
                admitted.decision().route(),
                startedAt),
            admitted.login().version(),
            channel);
    stake.hold(() -> checkout.cancel(channel.eventLoop()));
    open(
        admitted,
        checkout.pool().key().server(),
        opening -> opening.open(client, checkout, this::loginEnded));
  }

  /** Lets the plugins know of the session, as long as the login's deadline holds for them. */
  private void open(Admitted admitted, Backend backend, LastStep lastStep)
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
    Declarations declarations = questions.declare(session, admitted.plugins());
    Router router = admitted.decision().router(asked);
    router.sessionOpened(session.route(), backend);
    try {
      if (!alarm.stop()) {
        throw new InterruptedException("the login took too long");
      }
      if (alarm.isRevoked()) {
        throw revoked(login.parameters());
      }
      lastStep.take(new SessionOpening(services, session, admitted, declarations));
      relaying = true;
    } finally {
      if (!relaying) {
        router.sessionClosed(session.route(), backend);
      }
    }
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

  private @Nullable TlsInfo tlsInfo() {
    ServerHandshake tls = client.tls();
    return tls == null ? null : tls.info();
  }

  private InetAddress address() {
    return channel.remoteAddress().getAddress();
  }
}
