package dev.postern.plugins.limits;

import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.SessionNames;
import dev.postern.api.message.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which statement a client means by a name. A name of which that is not certain stands for a
 * statement that is not known. Guarded by its session.
 */
final class Statements {
  static final int MAX_STATEMENTS = 4096;
  static final int MAX_PORTALS = 256;
  private static final int MAX_CACHED = 32;
  private static final int MAX_CACHED_LENGTH = 4096;

  private final Map<String, Shape> shapes =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Shape> eldest) {
          return size() > MAX_CACHED;
        }
      };

  private final SessionNames<Prepared> statements = new SessionNames<>(MAX_STATEMENTS);
  private final SessionNames<Prepared> portals = new SessionNames<>(MAX_PORTALS);

  /** Reads a text, unless it was read lately. */
  Shape shape(String sql) {
    if (sql.length() > MAX_CACHED_LENGTH) {
      return Shape.of(sql);
    }
    Shape shape = shapes.get(sql);
    if (shape == null) {
      shape = Shape.of(sql);
      shapes.put(sql, shape);
    }
    return shape;
  }

  /**
   * A Parse was sent.
   *
   * @param sql {@code null}: it could not be read
   * @param cycle in which it was
   */
  void parse(Pending parse, String name, @Nullable String sql, long cycle) {
    Prepared prepared =
        sql == null ? Prepared.UNKNOWN : new Prepared(shape(sql), NameChanges.of(sql));
    parse.name = statements.give(name, prepared, cycle, prepared.changes());
  }

  /**
   * What a name stands for.
   *
   * @param name {@code null}: it could not be read
   * @param cycle of what asks
   */
  Prepared statement(@Nullable String name, long cycle) {
    Prepared prepared = name == null ? null : statements.get(name, cycle);
    return prepared == null ? Prepared.UNKNOWN : prepared;
  }

  /** A Bind was sent. */
  void bind(Pending bind, String portal, @Nullable String statement, long cycle) {
    bind.name = portals.give(portal, statement(statement, cycle), cycle);
  }

  /**
   * What a portal was made of.
   *
   * @param cycle of what asks
   */
  Prepared portal(String name, long cycle) {
    Prepared prepared = portals.get(name, cycle);
    return prepared == null ? Prepared.UNKNOWN : prepared;
  }

  /** A Close was sent. */
  void close(Pending close, Target target, String name, long cycle) {
    close.name = (target == Target.STATEMENT ? statements : portals).take(name, cycle);
  }

  /** SQL is run that changes this. */
  void change(NameChanges changes) {
    changes.applyTo(statements, portals);
  }

  /** It is not known what the server has done. */
  void forgetAll() {
    statements.forgetAll();
    portals.forgetAll();
  }

  /** No transaction is open any more. */
  void transactionEnded() {
    portals.takeConfirmed();
  }
}
