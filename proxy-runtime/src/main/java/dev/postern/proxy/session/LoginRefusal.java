package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.backend.BackendRefusedException;
import dev.postern.proxy.channel.DeadlineExceededException;
import dev.postern.proxy.channel.PeerClosedException;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.tls.HandshakeFailure;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * How a login that has failed is ended: with an ErrorResponse for the client and a line in the log.
 * Belongs to the login's thread.
 */
final class LoginRefusal {
  static final String SHUTTING_DOWN = "the server is shutting down";

  private static final Logger log = LoggerFactory.getLogger(LoginRefusal.class);

  private final String sessionId;
  private final FrontendConnection client;
  private final LoginAlarm alarm;
  private @Nullable StartupParameters startup;
  private @Nullable String route;

  LoginRefusal(String sessionId, FrontendConnection client, LoginAlarm alarm) {
    this.sessionId = sessionId;
    this.client = client;
    this.alarm = alarm;
  }

  /** The client has said who it wants to be. */
  void startup(StartupParameters parameters) {
    startup = parameters;
  }

  /** The router has decided. */
  void route(String name) {
    route = name;
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
        log(FailureKind.PROXY).setCause(failure).log("the login failed unexpectedly");
        client.refuse(SqlState.INTERNAL_ERROR, "internal error (session " + sessionId + ")");
      }
    }
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
    LoggingEventBuilder line = log(e.kind()).addKeyValue("sqlState", e.sqlState().code());
    if (e.kind() != FailureKind.CLIENT && e.getCause() != null) {
      line = line.setCause(e.getCause());
    }
    line.log("login refused: {}", e.getMessage());
    client.refuse(e.sqlState(), e.clientMessage());
  }

  private void late(FailureKind kind, Exception e) {
    log(kind).log("login timed out: {}", e.getMessage());
    client.refuse(SqlState.QUERY_CANCELED, "canceling authentication due to timeout");
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
    return route == null ? line : line.addKeyValue("route", route);
  }
}
