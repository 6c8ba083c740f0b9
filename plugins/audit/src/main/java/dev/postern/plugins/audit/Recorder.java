package dev.postern.plugins.audit;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.session.CloseReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes entries of what one session does. Used by the session's event loop only. */
final class Recorder {
  private final AuditWriter writer;
  private final InstantSource clock;
  private final SessionFacts session;
  private final Instant startedAt;
  private final Set<Kind> kinds;
  private final Set<StatementClass> classes;

  /** Counts what the session asked for. */
  private long asked;

  Recorder(
      AuditWriter writer,
      InstantSource clock,
      SessionFacts session,
      Instant startedAt,
      Set<Kind> kinds,
      Set<StatementClass> classes) {
    this.writer = writer;
    this.clock = clock;
    this.session = session;
    this.startedAt = startedAt;
    this.kinds = kinds;
    this.classes = classes;
  }

  /** Whether a statement is to be on record, as far as its text tells. */
  boolean wants(String sql) {
    return kinds.contains(Kind.STATEMENTS) && StatementClass.isAny(classes, sql);
  }

  /** A Query. */
  Asked query(StatementText text) {
    return statement("simple", text, null, null, 1, null);
  }

  /** An Execute. */
  Asked execution(Portal portal) {
    if (!isWanted(portal)) {
      return Asked.UNRECORDED;
    }
    portal.fetches++;
    portal.onRecord = true;
    portal.statement.onRecord = true;
    StatementText text = portal.text();
    return statement(
        "extended",
        text,
        portal.statement.isUnnamed() ? null : portal.statement.name,
        text.isUnknown() && !portal.isUnnamed() ? portal.name : null,
        portal.fetches,
        portal.values);
  }

  private Asked statement(
      String protocol,
      StatementText text,
      @Nullable String prepared,
      @Nullable String portal,
      int fetch,
      @Nullable List<@Nullable String> values) {
    asked++;
    return asked(
        new StatementEntry.Statement(
            clock.instant(),
            session,
            asked,
            protocol,
            text,
            prepared,
            portal,
            fetch,
            text.isSecret() ? null : values));
  }

  Asked function(long oid, @Nullable List<@Nullable String> values) {
    if (!kinds.contains(Kind.FUNCTIONS)) {
      return Asked.UNRECORDED;
    }
    asked++;
    return asked(new StatementEntry.Function(clock.instant(), session, asked, oid, values));
  }

  private Asked asked(Entry entry) {
    Verdict<FrontendMessage> verdict = writer.statement(entry);
    // What is refused at once is not on record, and neither is the error that answers it.
    return new Asked(verdict instanceof Verdict.Reject<?> ? 0 : asked, verdict);
  }

  /** A statement of an older record has ended, or a part of it. */
  void result(
      long number,
      int part,
      StatementEntry.Outcome outcome,
      @Nullable String tag,
      @Nullable String sqlState,
      Sizes sizes,
      long nanos) {
    if (number > 0 && kinds.contains(Kind.RESULTS)) {
      happened(
          new StatementEntry.Result(
              clock.instant(),
              session,
              number,
              part,
              outcome,
              null,
              tag,
              sqlState,
              sizes.rows(),
              sizes.bytes(),
              sizes.bytesIn(),
              nanos / 1000));
    }
  }

  /** A statement was prepared, or its values were bound, and that failed. */
  void notPrepared(StatementText text, @Nullable String sqlState, long nanos) {
    if (kinds.contains(Kind.STATEMENTS) && text.isWanted()) {
      happened(
          new StatementEntry.Result(
              clock.instant(),
              session,
              0,
              1,
              StatementEntry.Outcome.FAILED,
              text,
              null,
              sqlState,
              -1,
              -1,
              -1,
              nanos / 1000));
    }
  }

  /** Something has got a name; it may go on if that is on record. */
  Verdict<FrontendMessage> prepared(Prepared statement) {
    return isWanted(statement) ? writer.prepared(entryOf(statement)) : Verdict.forward();
  }

  /** The same of what cannot be held, or may not be known by its name. */
  void named(Named named) {
    if (isWanted(named)) {
      happened(entryOf(named));
    }
  }

  private boolean isWanted(Named named) {
    return kinds.contains(Kind.STATEMENTS) && named.text().isWanted();
  }

  private StatementEntry.Named entryOf(Named named) {
    return switch (named) {
      case Prepared statement ->
          new StatementEntry.Named(
              clock.instant(), session, statement.name, null, statement.text(), null);
      case Portal portal ->
          new StatementEntry.Named(
              clock.instant(),
              session,
              portal.statement.name,
              portal.name,
              portal.text(),
              portal.values);
    };
  }

  private void happened(Entry entry) {
    if (!writer.happened(entry)) {
      throw new IllegalStateException("the audit log is not written fast enough");
    }
  }

  void ended(CloseReason reason) {
    if (kinds.contains(Kind.ENDS)) {
      Instant now = clock.instant();
      writer.happened(
          new SessionEntry.End(
              now,
              session,
              reason.name().toLowerCase(Locale.ROOT).replace('_', '-'),
              asked,
              Duration.between(startedAt, now).toMillis()));
    }
  }
}
