package com.example.postern;

import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.intercept.SessionNames;
import dev.postern.api.intercept.SessionNames.Given;
import dev.postern.api.message.Target;
import org.jspecify.annotations.Nullable;

/** What a session has asked and the server has not answered, and what its names stand for. */
final class Statements {
  /** A request, and the name that it gives or takes. */
  record Asked(String sql, @Nullable Given<?> name) {}

  static final String UNKNOWN = "(unknown)";

  final Pipeline<Asked> pipeline = new Pipeline<>();
  private final SessionNames<String> statements = new SessionNames<>(1000);
  private final SessionNames<String> portals = new SessionNames<>(1000);

  private SessionNames<String> names(Target kind) {
    return kind == Target.STATEMENT ? statements : portals;
  }

  /** What a name stands for, if that is certain. */
  String text(Target kind, String name) {
    String sql = names(kind).get(name, pipeline.cycle());
    return sql == null ? UNKNOWN : sql;
  }

  void ask(Request request, String sql) {
    pipeline.sent(request, new Asked(sql, null));
  }

  private static NameChanges changes(String sql) {
    return sql.equals(UNKNOWN) ? NameChanges.ANY : NameChanges.of(sql);
  }

  /** A statement runs, which may change what names stand for. */
  void run(Request request, String sql) {
    changes(sql).applyTo(statements, portals);
    ask(request, sql);
  }

  /** A name is given; or taken, if there is no text. */
  void name(Request request, Target kind, String name, @Nullable String sql) {
    var names = names(kind);
    long cycle = pipeline.cycle();
    var given = sql == null ? names.take(name, cycle) : names.give(name, sql, cycle, changes(sql));
    if (!pipeline.sent(request, new Asked(sql == null ? "Close" : sql, given))) {
      given.failed(); // the server skips it
    }
  }
}
