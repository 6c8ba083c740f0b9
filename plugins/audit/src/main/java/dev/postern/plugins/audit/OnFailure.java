package dev.postern.plugins.audit;

/** What becomes of statements while nothing can be recorded. */
public enum OnFailure {
  /** They are refused. */
  REFUSE,
  /** They go on, and are counted. */
  CONTINUE
}
