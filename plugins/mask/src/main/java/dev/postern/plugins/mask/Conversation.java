package dev.postern.plugins.mask;

import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.intercept.SessionNames;
import dev.postern.api.intercept.SessionNames.Given;
import dev.postern.api.message.Target;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a session has asked and not been answered, and what its names stand for. What a name stands
 * for that is not known for certain, its description says. Used by the session's event loop only.
 */
final class Conversation {
  /** Of statements, and of portals; the oldest beyond are described whenever they are executed. */
  private static final int MAX_NAMES = 10_000;

  private static final Pending REFUSED = new Pending.Refused();

  private final Pipeline<Pending> pipeline = new Pipeline<>();
  private final SessionNames<Prepared> statements = new SessionNames<>(MAX_NAMES);
  private final SessionNames<Prepared> portals = new SessionNames<>(MAX_NAMES);

  /**
   * Whether a message of the extended protocol was refused since the last Sync: what comes up to
   * the next is skipped for certain, and gives no names and takes none.
   */
  private boolean refused;

  /**
   * Whether a query that uses masked columns has, or had, a name that a statement can run it by.
   */
  private boolean queryKept;

  /**
   * Whether the client was told that its transaction block has failed, and the server does not know
   * yet.
   */
  private boolean failed;

  /**
   * Completes when the Query that uses masked columns, of which there is one at a time, is
   * answered; {@code null}: there is none.
   */
  private @Nullable CompletableFuture<Void> unjudged;

  Pipeline<Pending> pipeline() {
    return pipeline;
  }

  /** A Query, or what fails in the place of a refused one. */
  void querying(Reading reading) {
    if (!refused && pipeline.sent(Request.QUERY, new Pending.Simple(reading))) {
      reading.changes().applyTo(statements, portals);
      if (reading.use() == Use.USES) {
        unjudged = new CompletableFuture<>();
      }
    }
  }

  /**
   * What the client's next message has to wait for; {@code null}: nothing. Were a result refused in
   * a transaction block when the COMMIT is on its way already, the block would not fail.
   */
  @Nullable CompletableFuture<Void> unjudged() {
    return unjudged;
  }

  /** This is answered, or waits for what the client sends. */
  void judged(@Nullable Pending request) {
    CompletableFuture<Void> waited = unjudged;
    if (waited != null
        && request instanceof Pending.Simple(Reading reading)
        && reading.use() == Use.USES) {
      unjudged = null;
      waited.complete(null);
    }
  }

  /** A Parse. Whether it waits for an answer. */
  boolean parsing(String name, Prepared statement) {
    if (refused) {
      return false;
    }
    Given<?> given =
        statements.give(name, statement, pipeline.cycle(), statement.reading.changes());
    boolean waits = pipeline.sent(Request.PARSE, new Pending.Parsing(given, statement));
    if (!waits) {
      given.failed();
    }
    return waits;
  }

  /** The Describe behind that Parse. */
  void checking(Prepared statement) {
    pipeline.sent(Request.DESCRIBE, new Pending.StatementCheck(statement));
  }

  void binding(String portal, @Nullable Prepared statement) {
    if (refused) {
      return;
    }
    Given<?> given =
        statement == null
            ? portals.take(portal, pipeline.cycle())
            : portals.give(portal, statement, pipeline.cycle());
    if (!pipeline.sent(Request.BIND, new Pending.Binding(given, statement))) {
      given.failed();
    }
  }

  /** A Describe of the client's. */
  void describing() {
    if (!refused) {
      pipeline.sent(Request.DESCRIBE, null);
    }
  }

  /**
   * An Execute.
   *
   * @param check whether a Describe of ours goes before it
   * @return whether it waits for an answer
   */
  boolean executing(@Nullable Prepared statement, boolean check) {
    if (refused) {
      return false;
    }
    if (check) {
      pipeline.sent(Request.DESCRIBE, new Pending.PortalCheck(statement));
    }
    if (!pipeline.sent(Request.EXECUTE, new Pending.Executing(statement))) {
      return false;
    }
    NameChanges changes = statement == null ? NameChanges.ANY : statement.reading.changes();
    changes.applyTo(statements, portals);
    return true;
  }

  void closing(Target target, String name) {
    if (refused) {
      return;
    }
    Given<?> taken =
        (target == Target.STATEMENT ? statements : portals).take(name, pipeline.cycle());
    if (!pipeline.sent(Request.CLOSE, new Pending.Closing(taken))) {
      taken.failed();
    }
  }

  /** What fails in the place of a refused message of the extended protocol. */
  void refusing() {
    pipeline.sent(Request.DESCRIBE, REFUSED);
    refused = true;
  }

  void syncing() {
    refused = false;
    pipeline.sent(Request.SYNC, null);
  }

  /** What a statement's name stands for now; {@code null}: it is not known. */
  @Nullable Prepared statement(String name) {
    return statements.get(name, pipeline.cycle());
  }

  /** The statement that a portal runs; {@code null}: it is not known, or SQL has declared it. */
  @Nullable Prepared portal(String name) {
    return portals.get(name, pipeline.cycle());
  }

  /** The server has done a Parse. */
  void parsed(Pending.Parsing request) {
    request.name().confirmed();
  }

  /** The server has done a Bind. */
  void bound(Pending.Binding request) {
    request.portal().confirmed();
  }

  /** The server has done a Close. */
  void closed(Pending.Closing request) {
    request.name().confirmed();
  }

  /** The server has refused or skipped a request. */
  void abandon(Pending request) {
    switch (request) {
      case Pending.Parsing(var name, var _) -> name.failed();
      case Pending.Binding(var portal, var _) -> portal.failed();
      case Pending.Closing(var name) -> name.failed();
      case Pending.StatementCheck(Prepared statement) -> {
        statement.guarded = true;
        statement.checked.complete(null);
      }
      case Pending.PortalCheck _, Pending.Executing _, Pending.Refused _, Pending.Simple _ -> {}
    }
  }

  /** No transaction is open, and with it all portals of the protocol are gone. */
  void transactionEnded() {
    portals.takeConfirmed();
  }

  boolean isQueryKept() {
    return queryKept;
  }

  void queryIsKept() {
    queryKept = true;
  }

  boolean isFailed() {
    return failed;
  }

  void setFailed(boolean transactionFailed) {
    failed = transactionFailed;
  }
}
