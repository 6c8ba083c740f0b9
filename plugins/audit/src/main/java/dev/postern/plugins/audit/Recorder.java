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

  Asked statement(
      String protocol,
      StatementText text,
      @Nullable String prepared,
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

  void forgotten(String prepared, StatementText text) {
    if (kinds.contains(Kind.STATEMENTS) && text.isWanted()) {
      happened(new StatementEntry.Forgotten(clock.instant(), session, prepared, text));
    }
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
