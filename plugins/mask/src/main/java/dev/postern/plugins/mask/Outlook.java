package dev.postern.plugins.mask;

/**
 * What a text says of whether its results will pass, from certain to not. It matters where an
 * effect cannot be taken back when a result is described: a server sends descriptions of a Query
 * when it has carried out all of it, if they are not long.
 */
enum Outlook {
  /** They will, or nothing else of the text has an effect. */
  CLEAR,
  /** A result may be computed from masked columns. */
  UNPROVEN,
  /** A result has a column that no mask fits. */
  UNMASKABLE;

  Outlook or(Outlook other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
