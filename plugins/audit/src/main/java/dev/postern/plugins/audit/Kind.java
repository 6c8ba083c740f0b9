package dev.postern.plugins.audit;

/** What is recorded. */
public enum Kind {
  /** Logins, and those that were refused. */
  LOGINS,
  /** What clients ask servers to run. */
  STATEMENTS,
  /** How statements ended, and how much they gave. */
  RESULTS,
  /** Calls of functions by their object id, which libpq's large objects use. */
  FUNCTIONS,
  /** Ends of sessions. */
  ENDS
}
