package dev.postern.proxy.scram;

import dev.postern.api.SqlState;

/** A client's message that ends the exchange. The sentence holds nothing that must not be shown. */
final class ScramSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  ScramSyntaxException(SqlState sqlState, String message) {
    // No stack trace: anybody may cause this, as often as they like, before they are known.
    super(message, null, false, false);
    this.sqlState = sqlState.code();
  }

  static ScramSyntaxException malformed(String what) {
    return new ScramSyntaxException(
        SqlState.PROTOCOL_VIOLATION, "malformed SCRAM message: " + what);
  }

  SqlState sqlState() {
    return new SqlState(sqlState);
  }
}
