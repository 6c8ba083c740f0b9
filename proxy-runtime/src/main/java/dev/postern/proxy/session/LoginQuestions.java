package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.SessionInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.frontend.LoginExchange;
import dev.postern.proxy.plugin.Asked;
import dev.postern.proxy.plugin.Decision;
import dev.postern.proxy.plugin.NamedInterceptor;
import dev.postern.proxy.plugin.PluginSet;
import dev.postern.proxy.relay.Declarations;

/**
 * What plugins are asked about one login, in this order. What they fail with becomes what the login
 * ends with. Used by the login's thread.
 */
final class LoginQuestions {
  private final SessionServices services;
  private final FrontendConnection client;
  private final Asked asked;
  private final LoginAlarm alarm;
  private final LoginStake stake;

  LoginQuestions(
      SessionServices services,
      FrontendConnection client,
      Asked asked,
      LoginAlarm alarm,
      LoginStake stake) {
    this.services = services;
    this.client = client;
    this.asked = asked;
    this.alarm = alarm;
    this.stake = stake;
  }

  /**
   * Who the client is.
   *
   * @throws SessionException if it does not get in
   */
  AuthenticatedUser authenticate(ClientInfo info, StartupParameters parameters, PluginSet plugins)
      throws SessionException, InterruptedException {
    FailedLogins.Attempt attempt =
        services.failedLogins().attempt(client.channel().remoteAddress().getAddress());
    stake.hold(attempt::giveUp);
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

  /** Where it goes. */
  Decision decide(RoutingRequest request, PluginSet plugins) throws SessionException {
    try {
      return plugins.decide(request, asked);
    } catch (RuntimeException e) {
      throw new SessionException(
          SqlState.INTERNAL_ERROR,
          FailureKind.PLUGIN,
          "internal error (session " + request.client().sessionId() + ")",
          "the router failed: " + e,
          e);
    }
  }

  /** What interceptors want to see of it. */
  Declarations declare(SessionInfo session, PluginSet plugins)
      throws SessionException, InterruptedException {
    Declarations declarations = new Declarations(isPhysicalReplication(session.startup()));
    for (NamedInterceptor named : plugins.interceptors()) {
      if (alarm.isGivenUp()) { // they have heard of a login that was refused
        throw new InterruptedException("the login was given up");
      }
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
            "internal error (session " + session.sessionId() + ")",
            "interceptor " + named.name() + " failed to open the session: " + e,
            e);
      }
    }
    return declarations;
  }

  private static boolean isPhysicalReplication(StartupParameters startup) {
    return startup.replication() && !"database".equals(startup.values().get("replication"));
  }
}
