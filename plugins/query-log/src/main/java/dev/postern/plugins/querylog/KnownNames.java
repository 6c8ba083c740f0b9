package dev.postern.plugins.querylog;

import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.SessionNames;
import dev.postern.api.intercept.SessionNames.Given;
import dev.postern.api.message.Target;
import dev.postern.plugins.querylog.Pending.Closing;
import dev.postern.plugins.querylog.Pending.Preparation;
import dev.postern.plugins.querylog.Pending.SimpleQuery;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which name stands for which prepared statement and which portal, where that is certain. A client
 * that never closes what it names loses the oldest names, not Postern its memory. Used by the
 * session's event loop only.
 */
final class KnownNames {
  static final int MAX_STATEMENTS = 4096;
  static final int MAX_PORTALS = 256;

  /** Of the texts of all statements, and of all portals, in characters. */
  static final int MAX_WEIGHT = 4 << 20;

  private final SessionNames<SqlText> statements =
      new SessionNames<>(MAX_STATEMENTS, MAX_WEIGHT, SqlText::weight, (name, sql) -> {});
  private final SessionNames<Portal> portals;
  private final Consumer<Portal> gone;

  /**
   * @param gone is given each portal of which nothing more will be heard
   */
  KnownNames(Consumer<Portal> gone) {
    this.gone = gone;
    portals =
        new SessionNames<>(
            MAX_PORTALS,
            MAX_WEIGHT,
            portal -> portal.sql.weight(),
            (name, portal) -> gone.accept(portal));
  }

  /** A Query was sent; it takes the place of the statement and the portal without a name. */
  void query(SimpleQuery query, long cycle) {
    change(query.sql.changes());
    if (!statements.isEmpty()) {
      query.statement = statements.take("", cycle);
    }
    if (!portals.isEmpty()) {
      query.portal = portals.take("", cycle);
    }
  }

  void parse(@Nullable String statement, Preparation preparation, long cycle) {
    if (statement != null) {
      SqlText sql = preparation.sql;
      preparation.given = statements.give(statement, sql, cycle, sql.changes());
    }
  }

  /** What a Bind makes of a statement. */
  Portal portalOf(@Nullable String statement, long cycle, long sentAt) {
    SqlText sql = statement == null ? null : statements.get(statement, cycle);
    return new Portal(sql == null ? SqlText.UNKNOWN : sql, sentAt);
  }

  void bind(String name, Portal portal, long cycle) {
    portal.given = portals.give(name, portal, cycle);
  }

  Portal portal(String name, long cycle) {
    Portal portal = portals.get(name, cycle);
    return portal == null ? Portal.unknown() : portal;
  }

  SqlText text(Target target, String name, long cycle) {
    if (target == Target.PORTAL) {
      Portal portal = portals.get(name, cycle);
      return portal == null ? SqlText.UNKNOWN : portal.sql;
    }
    SqlText sql = statements.get(name, cycle);
    return sql == null ? SqlText.UNKNOWN : sql;
  }

  void close(Target target, String name, Closing closing, long cycle) {
    closing.name = (target == Target.STATEMENT ? statements : portals).take(name, cycle);
  }

  /** The server has done the Parse. */
  void given(Preparation preparation) {
    confirmed(preparation.given);
  }

  /** The server has done the Bind. */
  void given(Portal portal) {
    portal.gone = portal.given == null || portal.given.isForgotten();
    confirmed(portal.given);
    portal.given = null;
  }

  /** The server has done the Close. */
  void taken(Closing closing) {
    confirmed(closing.name);
  }

  /** The server has done the Query. */
  void taken(SimpleQuery query) {
    confirmed(query.statement);
    confirmed(query.portal);
  }

  private void confirmed(@Nullable Given<?> name) {
    if (name != null && name.confirmed() instanceof Portal before) {
      gone.accept(before);
    }
  }

  /** The server has refused or skipped it. */
  void notGiven(Pending request) {
    switch (request) {
      case Preparation preparation -> failed(preparation.given);
      case Portal portal -> failed(portal.given);
      case Closing closing -> failed(closing.name);
      case SimpleQuery query -> {
        failed(query.statement);
        failed(query.portal);
      }
      case Pending.Execution execution -> {}
      case SqlText described -> {}
    }
  }

  private static void failed(@Nullable Given<?> name) {
    if (name != null) {
      name.failed();
    }
  }

  /** No transaction is open, and with it the portals are gone. */
  void transactionEnded() {
    portals.takeConfirmed().forEach(gone);
  }

  /** SQL is run that changes this. */
  void change(NameChanges changes) {
    if (!changes.isNone()) {
      changes.applyTo(statements, portals).forEach(gone);
    }
  }

  /** Nothing is known any more. */
  void clear() {
    statements.forgetAll();
    portals.forgetAll();
  }
}
