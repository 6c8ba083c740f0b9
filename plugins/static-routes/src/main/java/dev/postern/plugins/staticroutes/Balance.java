package dev.postern.plugins.staticroutes;

/** How new sessions are spread over the servers of a route. */
public enum Balance {
  /** One after the other. */
  ROUND_ROBIN,
  /**
   * To the server with the fewest sessions through this Postern, those that are logging in
   * included.
   */
  LEAST_CONNECTIONS
}
