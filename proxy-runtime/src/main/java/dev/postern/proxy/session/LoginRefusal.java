package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Route;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.RefusedLogin;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.backend.BackendRefusedException;
import dev.postern.proxy.channel.DeadlineExceededException;
import dev.postern.proxy.channel.PeerClosedException;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.plugin.Asked;
import dev.postern.proxy.plugin.NamedInterceptor;
import dev.postern.proxy.tls.HandshakeFailure;
import java.io.IOException;
import java.time.Instant;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * How a login that has failed is ended: with an ErrorResponse for the client and a line in the log.
 * Belongs to the login's thread, but for {@link #givenUp} and for telling interceptors.
 */
final class LoginRefusal {
  static final String SHUTTING_DOWN = "the server is shutting down";

  private static final String TIMED_OUT = "canceling authentication due to timeout";

  private static final Logger log = LoggerFactory.getLogger(LoginRefusal.class);

  private final String sessionId;
  private final FrontendConnection client;
  private final LoginAlarm alarm;
  private final Asked asked;
  private volatile @Nullable StartupParameters startup;
  private volatile @Nullable AuthenticatedUser user;
  private volatile @Nullable Route route;

  LoginRefusal(String sessionId, FrontendConnection client, LoginAlarm alarm, Asked asked) {
    this.sessionId = sessionId;
    this.client = client;
    this.alarm = alarm;
    this.asked = asked;
  }

  /** The client has said who it wants to be. */
  void startup(StartupParameters parameters) {
    startup = parameters;
  }

  /** The client has proved it. */
  void user(AuthenticatedUser proved) {
    user = proved;
  }

  /** The router has decided. */
  void route(Route decided) {
    route = decided;
  }

  /**
   * What interceptors hear of a login that comes to no session, before its client is told; {@code
   * null}: nothing, as it has not said who it wants to be.
   */
  @Nullable RefusedLogin refused(ClientInfo info, Instant startedAt, Throwable failure) {
    StartupParameters asked = startup;
    if (asked == null) {
      return null;
    }
    if (alarm.isCutOff()) { // whatever it failed with then
      FailureKind kind = failure instanceof SessionException e ? e.kind() : FailureKind.PROXY;
      return login(info, asked, startedAt, SqlState.CANNOT_CONNECT_NOW, kind, failure);
    }
    return switch (failure) {
      case SessionException e when !alarm.hasRung() ->
          login(info, asked, startedAt, e.sqlState(), e.kind(), e);
      case InterruptedException e when !alarm.hasRung() ->
          login(info, asked, startedAt, SqlState.ADMIN_SHUTDOWN, FailureKind.PROXY, e);
      case SessionException e ->
          login(info, asked, startedAt, SqlState.QUERY_CANCELED, e.kind(), e);
      case InterruptedException e ->
          login(info, asked, startedAt, SqlState.QUERY_CANCELED, FailureKind.PROXY, e);
      case DeadlineExceededException e ->
          login(info, asked, startedAt, SqlState.QUERY_CANCELED, FailureKind.CLIENT, e);
      case IOException e ->
          login(info, asked, startedAt, SqlState.CONNECTION_FAILURE, FailureKind.CLIENT, e);
      default -> login(info, asked, startedAt, SqlState.INTERNAL_ERROR, FailureKind.PROXY, failure);
    };
  }

  /**
   * Tells an interceptor, if it is to hear of the login. Any thread.
   *
   * @param by whom it is, to be told who hears of it
   */
  void tell(NamedInterceptor named, Asked by, RefusedLogin login) {
    try {
      if (named.isFor(login)) {
        by.tellOfFailure(named.name(), () -> named.interceptor().refused(login));
      }
    } catch (RuntimeException e) {
      log.atWarn()
          .addKeyValue("sessionId", sessionId)
          .addKeyValue("plugin", named.name())
          .setCause(e)
          .log("interceptor failed to hear of a refused login");
    }
  }

  private RefusedLogin login(
      ClientInfo info,
      StartupParameters asked,
      Instant startedAt,
      SqlState sqlState,
      FailureKind kind,
      Throwable failure) {
    String reason = failure.getMessage();
    return new RefusedLogin(
        info,
        asked,
        user,
        route,
        sqlState,
        kind,
        reason == null ? failure.getClass().getSimpleName() : reason,
        startedAt);
  }

  /** For whatever the login was left with. */
  void because(Throwable failure) {
    switch (failure) {
      case BackendRefusedException e -> {
        log(e.kind())
            .addKeyValue("sqlState", e.sqlState().code())
            .addKeyValue("backend", e.backend().address())
            .log("refused by the backend: {}", e.getMessage());
        client.refuse(e.error());
      }
      case SessionException e -> refuse(e);
      case DeadlineExceededException e -> late(FailureKind.CLIENT, e);
      case SSLException e ->
          log(FailureKind.CLIENT).log("the TLS handshake failed: {}", HandshakeFailure.reason(e));
      case IOException e ->
          log.atDebug()
              .addKeyValue("sessionId", sessionId)
              .log("the client went before it was logged in: {}", e.getMessage());
      case InterruptedException e -> interrupted(e);
      default -> {
        log(FailureKind.PROXY, asked.thrower(failure))
            .setCause(failure)
            .log("the login failed unexpectedly");
        client.refuse(SqlState.INTERNAL_ERROR, "internal error (session " + sessionId + ")");
      }
    }
  }

  /**
   * Says that a login does not come to its end, and what with. Any thread, as {@link
   * #refuseGivenUp}.
   *
   * @param stuck its thread; {@code null}: it has none yet
   * @param plugin at which it is; {@code null}: none
   * @return what interceptors are to be told of
   */
  SessionException givenUp(@Nullable Thread stuck, @Nullable String plugin) {
    FailureKind kind = plugin == null ? FailureKind.PROXY : FailureKind.PLUGIN;
    String reason = "all threads on which logins run are held";
    LoggingEventBuilder line = log(kind, plugin);
    if (stuck != null) {
      reason = "it takes no note of an interrupt; going on without it";
      Throwable where = new Throwable("what its thread does");
      where.setStackTrace(stuck.getStackTrace());
      line = line.setCause(where);
    }
    line.log("{}: {}", alarm.isCutOff() ? "login cut off" : "login timed out", reason);
    return alarm.isCutOff()
        ? new SessionException(SqlState.CANNOT_CONNECT_NOW, kind, SHUTTING_DOWN, reason, null)
        : new SessionException(SqlState.QUERY_CANCELED, kind, TIMED_OUT, reason, null);
  }

  /** Tells the client of it. */
  void refuseGivenUp(SessionException e) {
    client.refuseWithout(e.sqlState(), e.clientMessage());
  }

  /** For a login that was given up, and has come to its end. */
  void atLast(Throwable failure) {
    log.atInfo()
        .addKeyValue("sessionId", sessionId)
        .log("a login that was given up has come to its end: {}", failure.toString());
  }

  /** For a login that begins when Postern has begun to shut down. */
  void atShutdown() {
    client.refuse(SqlState.CANNOT_CONNECT_NOW, SHUTTING_DOWN);
  }

  private void refuse(SessionException e) {
    if (alarm.hasRung()) {
      late(e.kind(), e);
      return;
    }
    if (e.kind() == FailureKind.CLIENT && e.getCause() instanceof PeerClosedException) {
      log.atDebug().addKeyValue("sessionId", sessionId).log("{}", e.getMessage());
      return;
    }
    // Whoever does not let a client in for what the client has done has not failed.
    LoggingEventBuilder line =
        log(e.kind(), e.kind() == FailureKind.CLIENT ? null : asked.thrower(e))
            .addKeyValue("sqlState", e.sqlState().code());
    if (e.kind() != FailureKind.CLIENT && e.getCause() != null) {
      line = line.setCause(e.getCause());
    }
    line.log("login refused: {}", e.getMessage());
    client.refuse(e.sqlState(), e.clientMessage());
  }

  private void late(FailureKind kind, Exception e) {
    String plugin = alarm.latePlugin(); // which may have gone on as if nothing were
    log(plugin == null ? kind : FailureKind.PLUGIN, plugin)
        .log("login timed out: {}", e.getMessage());
    client.refuse(SqlState.QUERY_CANCELED, TIMED_OUT);
  }

  private void interrupted(InterruptedException e) {
    if (alarm.isCutOff()) {
      log.atInfo()
          .addKeyValue("sessionId", sessionId)
          .log("the login was cut off: Postern is shutting down");
      atShutdown();
    } else if (alarm.hasRung()) {
      late(FailureKind.PROXY, e);
    } else {
      client.refuse(SqlState.ADMIN_SHUTDOWN, "terminating connection due to administrator command");
    }
  }

  private LoggingEventBuilder log(FailureKind kind, @Nullable String plugin) {
    LoggingEventBuilder line = log(kind);
    return plugin == null ? line : line.addKeyValue("plugin", plugin);
  }

  private LoggingEventBuilder log(FailureKind kind) {
    LoggingEventBuilder line =
        kind == FailureKind.PROXY || kind == FailureKind.PLUGIN ? log.atError() : log.atWarn();
    line =
        line.addKeyValue("sessionId", sessionId)
            .addKeyValue("client", client.channel().remoteAddress().getAddress().getHostAddress());
    StartupParameters known = startup;
    if (known != null) {
      line = line.addKeyValue("user", known.user()).addKeyValue("database", known.database());
    }
    Route decided = route;
    return decided == null ? line : line.addKeyValue("route", decided.name());
  }
}
