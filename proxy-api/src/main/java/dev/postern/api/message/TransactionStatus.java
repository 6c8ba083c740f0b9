package dev.postern.api.message;

/** Where a session stands when the server is ready for the next query. */
public enum TransactionStatus {
  /** Not in a transaction block; {@code I} on the wire. */
  IDLE,
  /** In a transaction block; {@code T} on the wire. */
  IN_TRANSACTION,
  /** In a transaction block that failed; {@code E} on the wire. */
  FAILED
}
