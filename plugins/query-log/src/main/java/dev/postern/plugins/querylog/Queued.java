package dev.postern.plugins.querylog;

/** Something that waits to be written. */
interface Queued {
  /** About how many bytes it takes while it waits. */
  int weight();

  /** How many lines are missing if it is not written. */
  int lines();

  /** It is written; called by the writer's thread, which has no use for it any more. */
  default void written() {}
}
