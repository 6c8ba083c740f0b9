package dev.postern.api;

/** A number that only grows, since the instance was created. Safe for use by many threads. */
public interface Counter {
  /**
   * Counts.
   *
   * @param amount 0 or more
   */
  void add(long amount);

  /** Counts one. */
  default void increment() {
    add(1);
  }
}
