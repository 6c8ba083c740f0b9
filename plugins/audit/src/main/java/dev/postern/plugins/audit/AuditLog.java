package dev.postern.plugins.audit;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.RefusedLogin;
import dev.postern.api.session.SessionInfo;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Safe for use by many threads; what belongs to a session lives in its {@link SessionAudit}. */
final class AuditLog implements MessageInterceptor {
  private static final Set<Kind> OF_MESSAGES =
      EnumSet.of(Kind.STATEMENTS, Kind.RESULTS, Kind.FUNCTIONS);

  private final AuditConfig config;
  private final AuditWriter writer;
  private final InstantSource clock;
  private final Set<Kind> kinds;
  private final Set<StatementClass> classes;

  AuditLog(AuditConfig config, AuditWriter writer, InstantSource clock) {
    this.config = config;
    this.writer = writer;
    this.clock = clock;
    this.kinds = config.effectiveKinds();
    this.classes = config.effectiveClasses();
  }

  /** Files are written by a thread of their own. */
  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public void open(SessionInfo session, Interests interests) {
    String user = session.user().name();
    if (!config.wants(user, session.startup().database())) {
      return;
    }
    SessionFacts facts = SessionFacts.of(session.client(), user, session.startup());
    if (kinds.contains(Kind.LOGINS)) {
      writer.login(
          new SessionEntry.Login(
              clock.instant(),
              facts,
              session.user().role(),
              session.route().name(),
              session.backend().address()));
    }
    Recorder recorder = new Recorder(writer, clock, facts, session.startedAt(), kinds, classes);
    if (kinds.stream().anyMatch(OF_MESSAGES::contains)) {
      new SessionAudit(config, recorder).declare(interests);
    }
    if (kinds.contains(Kind.ENDS)) {
      interests.onClose(recorder::ended);
    }
  }

  @Override
  public void refused(RefusedLogin login) {
    String user = login.user() == null ? login.startup().user() : login.user().name();
    if (kinds.contains(Kind.LOGINS) && config.wants(user, login.startup().database())) {
      writer.login(
          new SessionEntry.Refused(
              clock.instant(),
              SessionFacts.of(login.client(), user, login.startup()),
              login.user() != null,
              login.sqlState().code(),
              login.sqlState().equals(SqlState.CONNECTION_FAILURE)
                  ? "abandoned"
                  : login.kind().name().toLowerCase(Locale.ROOT),
              login.reason()));
    }
  }

  /** Writes what is still queued. */
  @Override
  public void close() throws InterruptedException {
    writer.close();
  }
}
