package dev.postern.proxy.config;

import org.jspecify.annotations.Nullable;

/** Problems that stand on a line each, as a line of the log takes them. */
public final class OneLine {
  private OneLine() {}

  public static String of(@Nullable String message) {
    return String.join("; ", String.valueOf(message).lines().toList());
  }
}
