package dev.postern.proxy.session;

import dev.postern.api.SqlState;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One line for each session that began, and one for each that ended. */
final class AccessLog {
  private static final Logger log = LoggerFactory.getLogger("dev.postern.access");

  private AccessLog() {}

  static void opened(SessionInfo info, ProtocolVersion version, String backendLogin) {
    log.atInfo()
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

  static void ended(
      Session session,
      CloseReason reason,
      String detail,
      @Nullable SqlState sqlState,
      Instant now) {
    SessionInfo info = session.info();
    boolean usual =
        switch (reason) {
          case CLIENT_TERMINATED, CLIENT_VANISHED, LOGIN_EXPIRED -> true;
          default -> false;
        };
    LoggingEventBuilder line =
        (usual ? log.atInfo() : log.atWarn())
            .addKeyValue("sessionId", info.sessionId())
            .addKeyValue("user", info.user().name())
            .addKeyValue("database", info.startup().database())
            .addKeyValue("backend", info.backend().address())
            .addKeyValue("reason", reason);
    if (sqlState != null) {
      line = line.addKeyValue("sqlState", sqlState.code());
    }
    line.addKeyValue("millis", Duration.between(info.startedAt(), now).toMillis())
        .addKeyValue("fromClient", session.progress().bytesFromClient())
        .addKeyValue("fromBackend", session.progress().bytesFromBackend())
        .log("session ended: {}", detail);
  }
}
