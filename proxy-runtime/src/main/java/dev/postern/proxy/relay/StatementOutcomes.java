package dev.postern.proxy.relay;

import dev.postern.proxy.pool.PreparedStatements;
import dev.postern.proxy.pool.Statement;
import dev.postern.proxy.relay.ClientsWords.Again;
import dev.postern.proxy.relay.UnnamedStatements.Unnamed;
import org.jspecify.annotations.Nullable;

/**
 * What came of requests about prepared statements: what was noted when they were sent is confirmed,
 * or taken back.
 */
final class StatementOutcomes {
  private final Names names;
  private final UnnamedStatements unnamed;
  private final PoolStatements statements;
  private final BackendStatements backend;
  private final AwaitedAnswers awaited;

  StatementOutcomes(
      Names names,
      UnnamedStatements unnamed,
      PoolStatements statements,
      BackendStatements backend,
      AwaitedAnswers awaited) {
    this.names = names;
    this.unnamed = unnamed;
    this.statements = statements;
    this.backend = backend;
    this.awaited = awaited;
  }

  /** A server has prepared a statement. */
  void prepared(@Nullable Object what) {
    switch (what) {
      case Named named -> backend.known().confirm(named.statement());
      case Again(Named named) -> backend.known().confirm(named.statement());
      case Statement own -> backend.known().confirm(own);
      case Unnamed parsed -> parsed.confirm();
      case null, default -> {}
    }
  }

  /** A Query is over that was not skipped. */
  void carriedOut(Object what) {
    switch (what) {
      case Unnamed gone -> gone.confirm();
      case Deallocated(Named named, Object more) when more != null -> carriedOut(more);
      default -> {}
    }
  }

  /** A server has said what a statement's parameters and columns are. */
  void described(@Nullable Object what, long shape) {
    switch (what) {
      case Named named -> {
        Statement statement = named.statement();
        if (!statement.describe(shape)) {
          // Tables have changed: it is another statement for this client than for those before.
          statements.forget(statement);
          Statement fresh = statements.of(statement.body());
          fresh.describe(shape);
          names.replace(named, new Named(named.name(), fresh));
        }
      }
      case Statement statement -> {
        if (!statement.describe(shape)) {
          statements.forget(statement);
        }
        awaited.described(statement);
      }
      case null, default -> {}
    }
  }

  /** A request was skipped behind one that was refused. */
  void skipped(int kind, @Nullable Object what) {
    backend.known().unnamedOwnerUnknown();
    if (what instanceof Unnamed parsed && (kind & RequestQueue.OWN) == 0) {
      unnamed.skipped(parsed);
    } else if (what instanceof Deallocated(Named named, Object more)) {
      kept(named);
      skipped(kind, more);
    } else if (what instanceof Again(Named named)) {
      names.refused(named);
      forget(named); // the Close was skipped, too: the server may have it still
    } else {
      undone(kind, what);
    }
  }

  /** A request was refused. */
  void undone(int kind, @Nullable Object what) {
    byte plain = (byte) kind;
    PreparedStatements known = backend.known();
    switch (what) {
      case Named named -> {
        if (plain == RequestQueue.PARSE) {
          names.refused(named);
          if ((kind & RequestQueue.ANSWERED) == 0) {
            known.remove(named.statement());
          }
        } else if (plain == RequestQueue.CLOSE) {
          names.kept(named);
        }
      }
      case Again(Named named) -> {
        names.refused(named);
        known.remove(named.statement());
      }
      case Statement statement when (kind & RequestQueue.OWN) != 0 -> {
        if (plain == RequestQueue.PARSE) {
          known.remove(statement);
        } else if (plain == RequestQueue.CLOSE) {
          known.closeLater(statement);
        }
      }
      case Deallocated(Named named, Object more) -> kept(named);
      case Unnamed parsed -> {
        known.unnamedOwnerUnknown();
        if ((kind & RequestQueue.OWN) == 0) {
          unnamed.forget(parsed);
        }
      }
      case null, default -> {}
    }
  }

  /** A Query has failed. */
  void failed(@Nullable Object what) {
    if (what instanceof Deallocated(Named named, Object more)) {
      kept(named);
    }
  }

  private void kept(Named named) {
    names.kept(named);
    forget(named);
  }

  /** Whether the backend has it is not known. */
  private void forget(Named named) {
    backend.known().remove(named.statement());
    backend.known().closeLater(named.statement());
  }

  /** DEALLOCATE ALL or DISCARD ALL is done. */
  void allDeallocated() {
    backend.known().clear();
    names.forgetPrepared();
  }

  /** A ReadyForQuery has come. */
  void ready() {
    names.ready();
  }
}
