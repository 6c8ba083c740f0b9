package dev.postern.plugins.audit;

import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.SessionNames;
import dev.postern.api.message.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which name stands for which prepared statement and which portal, as far as that is certain. What
 * has a name is put on record when it is sent, since SQL can run it as well. What has the empty
 * name is put on record when it is run, or when something is run that it may be, or when there is
 * no room for it. Used by the session's event loop only.
 */
final class Names {
  static final int MAX_STATEMENTS = 4096;
  static final int MAX_PORTALS = 256;

  /** Bytes of all statements together, of all portals, and of what is under way. */
  static final int MAX_WEIGHT = 16 << 20;

  private final SessionNames<Prepared> statements;
  private final SessionNames<Portal> portals;
  private final Consumer<? super Named> toRecord;

  /** With the empty name, under way and perhaps not on record; in the order of the answers. */
  private final Deque<Named> unnamed = new ArrayDeque<>();

  private @Nullable Prepared lastStatement;
  private @Nullable Portal lastPortal;
  private long underWay;

  // Sent while the server skips, for the texts of what is sent behind them.
  private @Nullable Prepared ignoredStatement;
  private @Nullable Portal ignoredPortal;

  /** Whether anything was prepared that speaks of a password. */
  private boolean secrets;

  /**
   * @param toRecord puts on record what is not, or not certainly, known from now on
   */
  Names(Consumer<? super Named> toRecord) {
    this.toRecord = toRecord;
    statements =
        new SessionNames<>(
            MAX_STATEMENTS, MAX_WEIGHT, Prepared::weight, (_, statement) -> show(statement));
    portals =
        new SessionNames<>(MAX_PORTALS, MAX_WEIGHT, Portal::weight, (_, portal) -> show(portal));
  }

  private void show(Named named) {
    if (!named.onRecord) {
      named.onRecord = true;
      toRecord.accept(named);
    }
  }

  /** The statement of a name; one of an unknown text if it is not certain which that is. */
  Prepared statement(String name, long cycle) {
    Prepared statement = statements.get(name, cycle);
    if (statement != null) {
      return statement;
    }
    if (name.isEmpty()) {
      showUnnamed();
    }
    return unknown(name);
  }

  /** The statement of a name that was not seen. */
  Prepared statementOfSomeName() {
    showUnnamed();
    return unknown("");
  }

  /** Values that are bound to it are not shown where they may be those of a secret one. */
  private Prepared unknown(String name) {
    StatementText text = secrets ? StatementText.UNKNOWN_SECRET : StatementText.UNKNOWN;
    Prepared unknown = new Prepared(name, text, 0);
    unknown.onRecord = true;
    return unknown;
  }

  /** The portal of a name; one of an unknown text if it is not certain which that is. */
  Portal portal(String name, long cycle) {
    Portal portal = portals.get(name, cycle);
    if (portal != null) {
      return portal;
    }
    if (name.isEmpty()) {
      showUnnamed();
    }
    return new Portal(name, unknown(""), null, 0);
  }

  /** What a Describe is about; {@code null} if that is not certain. */
  @Nullable Named described(Target target, String name, long cycle) {
    return target == Target.STATEMENT ? statements.get(name, cycle) : portals.get(name, cycle);
  }

  /** Each may be what is run now under the empty name. */
  private void showUnnamed() {
    for (Named each : unnamed) {
      show(each);
    }
    unnamed.clear();
    if (lastStatement != null) {
      show(lastStatement);
    }
    if (lastPortal != null) {
      show(lastPortal);
    }
  }

  /**
   * SQL is run, which may give names, and take them away.
   *
   * @param secret whether it speaks of a password
   */
  void changeBySql(NameChanges changes, boolean secret) {
    if (!changes.isNone()) {
      secrets |= secret;
      changes.applyTo(statements, portals);
    }
  }

  /**
   * A Parse is sent. One that has a name is still to be put on record.
   *
   * @return what waits for its answer
   */
  Prepared parsing(String name, StatementText text, long cycle, long sentAt) {
    secrets |= text.isSecret();
    Prepared statement = new Prepared(name, text, sentAt);
    if (underWay > MAX_WEIGHT) {
      show(statement);
      statement = unknown(name);
    }
    statement.given = statements.give(name, statement, cycle, statement.text().changes());
    sent(statement);
    return statement;
  }

  /**
   * A Bind is sent.
   *
   * @return what waits for its answer
   */
  Portal binding(String name, Portal bound, long cycle) {
    Portal portal = bound;
    if (underWay > MAX_WEIGHT) {
      show(bound);
      portal = new Portal(name, unknown(bound.statement.name), null, bound.sentAt);
    }
    portal.given = portals.give(name, portal, cycle);
    sent(portal);
    if (!portal.isUnnamed()) {
      show(portal);
    }
    return portal;
  }

  private void sent(Named named) {
    underWay += named.weight();
    if (named.isUnnamed() && !named.onRecord) {
      unnamed.add(named);
    }
  }

  private void settled(Named named) {
    if (named.underWay) {
      named.underWay = false;
      underWay -= named.weight();
      if (unnamed.peek() == named) {
        unnamed.remove();
      }
    }
  }

  Pending.Closing closing(Target target, String name, long cycle) {
    return new Pending.Closing(
        (target == Target.STATEMENT ? statements : portals).take(name, cycle));
  }

  /** The server has done it. */
  void confirmed(@Nullable Pending request) {
    switch (request) {
      case Named named -> {
        settled(named);
        if (named.given != null) {
          named.given.confirmed();
        }
        if (named.isUnnamed()) {
          isLast(named);
        }
      }
      case Pending.Closing(var name) -> name.confirmed();
      case null, default -> {}
    }
  }

  private void isLast(Named unnamed) {
    switch (unnamed) {
      case Prepared statement -> lastStatement = statement;
      case Portal portal -> lastPortal = portal;
    }
  }

  /** The server has refused it, or skips it. */
  void failed(Pending request) {
    switch (request) {
      case Named named -> {
        settled(named);
        if (named.given != null) {
          named.given.failed();
        }
      }
      case Pending.Closing(var name) -> name.failed();
      default -> {}
    }
  }

  /** It is sent while the server skips everything up to Sync. Only the last is kept. */
  void ignored(Pending request) {
    switch (request) {
      case Prepared statement when statement.isUnnamed() -> {
        drop(ignoredStatement);
        ignoredStatement = statement;
      }
      case Portal portal when portal.isUnnamed() -> {
        drop(ignoredPortal);
        ignoredPortal = portal;
      }
      default -> failed(request);
    }
  }

  /** The server has come to Sync. */
  void skippingEnded() {
    drop(ignoredStatement);
    drop(ignoredPortal);
    ignoredStatement = null;
    ignoredPortal = null;
  }

  private void drop(@Nullable Named ignored) {
    if (ignored != null) {
      failed(ignored);
      unnamed.remove(ignored);
    }
  }

  /** No transaction is open any more, and no portal. */
  void transactionEnded() {
    portals.takeConfirmed();
    lastPortal = null;
  }
}
