package dev.postern.proxy.relay;

import dev.postern.proxy.pool.Statement;
import dev.postern.proxy.pool.Statements;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The statements of a pool, as one of its clients means their texts. */
final class PoolStatements {
  private static final String ESCAPES = "\0escapes";

  private final Lease lease;
  private final Statements statements;
  private final PoolRules rules;
  private final Pins pins;
  private final ToIntFunction<byte[]> effects;

  /** Of a client that is tied to its backend: its texts can mean something else. */
  private @Nullable Object ownScope;

  PoolStatements(Lease lease, Statements statements, PoolRules rules, Pins pins) {
    this.lease = lease;
    this.statements = statements;
    this.rules = rules;
    this.pins = pins;
    effects = rules::effectsOf;
  }

  /**
   * The statement with this text.
   *
   * @param body of a Parse message behind the name; taken over
   */
  Statement of(byte[] body) {
    return statements.of(body, scope(), effects);
  }

  /** Whoever prepares its text from now on gets a new statement. */
  void forget(Statement statement) {
    statements.forget(statement);
  }

  /** Equal for clients for whom a text means the same. */
  private Object scope() {
    if (!pins.isEmpty()) {
      Object own = ownScope;
      if (own == null) {
        own = new Object();
        ownScope = own;
      }
      return own;
    }
    return lease.backend().parameters().values().getOrDefault("search_path", "")
        + (rules.escapes() ? ESCAPES : "");
  }
}
