package dev.postern.proxy.cli;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** How commands say on standard error what went wrong. */
final class Failures {
  private Failures() {}

  static void print(@Nullable String message) {
    PrintStream err = System.err;
    String.valueOf(message).lines().forEach(line -> err.println("postern: " + line));
  }
}
