package dev.postern.plugins.querylog;

import java.util.Locale;

/** How a statement ended. */
enum Outcome {
  /** The server completed it. */
  COMPLETED,
  /** The server answered with an error. */
  FAILED,
  /** The client took some of a cursor's rows and gave the rest up. */
  SUSPENDED,
  /** The session ended before the server had answered. */
  ABORTED;

  final String label = name().toLowerCase(Locale.ROOT);
}
