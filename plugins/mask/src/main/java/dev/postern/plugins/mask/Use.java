package dev.postern.plugins.mask;

/** What a statement can have to do with masked columns, from harmless to not. */
enum Use {
  /** It names nothing that has any. */
  NONE,
  /** It names a table that has some, and provably no value of theirs has a part in it. */
  AVOIDS,
  /** It may use them. */
  USES;

  Use or(Use other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
