package dev.postern.plugins.mask;

/** What takes a value's place. NULL stays NULL. */
public enum Masking {
  /** NULL. */
  NULLED,
  /** The same for all: {@code value}. */
  FIXED,
  /** Characters in the middle, or at an end, become another. */
  PARTIAL,
  /** HMAC-SHA-256 in hexadecimal digits: equal values stay equal. */
  HASHED,
  /** The first characters only. */
  TRUNCATED
}
