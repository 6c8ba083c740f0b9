package dev.postern.proxy.relay;

import dev.postern.proxy.relay.UnnamedStatements.Unnamed;
import dev.postern.proxy.sql.Effects;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A client's messages about its unnamed statement. Each backend has one at most, and that may be
 * another client's, or one of this client's from before.
 */
final class UnnamedRequests {
  private final Outstanding outstanding;
  private final UnnamedStatements statements;
  private final BackendStatements backend;
  private final AwaitedAnswers awaited;
  private final Pins pins;

  /** Whether it was parsed since the last Sync. */
  private boolean parsed;

  UnnamedRequests(
      Outstanding outstanding,
      UnnamedStatements statements,
      BackendStatements backend,
      AwaitedAnswers awaited,
      Pins pins) {
    this.outstanding = outstanding;
    this.statements = statements;
    this.backend = backend;
    this.awaited = awaited;
    this.pins = pins;
  }

  /** A Sync or Query comes. */
  void endsCycle() {
    parsed = false;
  }

  /**
   * The client parses it.
   *
   * @param body where the Parse message begins behind the name
   * @param length from there to its end
   */
  void parse(ByteBuf bytes, int body, int length, int effects) {
    boolean certain = outstanding.queue.isEmpty();
    Unnamed fresh = statements.parsed(bytes, body, length, effects, certain);
    backend.known().unnamedOwner(fresh);
    parsed = true;
    outstanding.requested((byte) 'P', fresh);
  }

  /**
   * Of the Parse message behind the name, if the client has such a statement; else {@code null}.
   */
  byte @Nullable [] body() {
    return statements.current() == null || !statements.canParseAgain() ? null : statements.body();
  }

  /**
   * A Parse goes on whose text will not be needed again.
   *
   * @param what is noted with it
   */
  void parseOnce(@Nullable Object what) {
    statements.forget();
    backend.known().unnamedOwner(null);
    parsed = true;
    outstanding.requested((byte) 'P', what);
  }

  /** A Parse goes on that is too long to be looked at. */
  void parseUnseen() {
    pins.apply(Effects.UNKNOWN);
    parseOnce(null);
  }

  /**
   * A Close of it comes, or a Query, which ends it.
   *
   * @return what is noted with the request, in case that it is skipped
   */
  @Nullable Unnamed end() {
    Unnamed gone = null;
    if (outstanding.queue.isEmpty()) {
      statements.forget();
    } else {
      gone = statements.forgetUnlessSkipped();
    }
    backend.known().unnamedOwner(null);
    return gone;
  }

  /**
   * The message at {@code at} uses it: the backend's has to be this client's, or none.
   *
   * @return false if the message has to wait
   */
  boolean use(int at, Requests requests) {
    Unnamed wanted = statements.current();
    boolean owns = backend.known().unnamedOwner() == wanted;
    boolean replaced = statements.mayBeThere();
    if (outstanding.queue.cycles() > 0 && !parsed && (replaced || (wanted != null && owns))) {
      // What replaced it may yet fail or be skipped, and another one be there.
      awaited.awaitAll(at, requests);
      return false;
    }
    if (owns && (wanted != null || parsed || outstanding.queue.isEmpty())) {
      if (wanted != null) {
        pins.again(statements.effects());
      }
      return true; // where there is none, the server says so itself
    }
    requests.pass(at);
    if (wanted == null || !statements.canParseAgain()) {
      backend.closeUnnamed(requests);
    } else {
      backend.prepareUnnamed(statements, wanted, requests);
      pins.apply(statements.effects());
    }
    return true;
  }
}
