package dev.postern.api.message;

/** What {@link Describe} and {@link Close} are about. */
public enum Target {
  /** {@code S} on the wire. */
  STATEMENT,
  /** {@code P} on the wire. */
  PORTAL
}
