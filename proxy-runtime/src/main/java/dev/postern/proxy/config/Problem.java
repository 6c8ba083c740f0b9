package dev.postern.proxy.config;

/**
 * One thing that is wrong with the configuration.
 *
 * @param location where
 * @param message the value, where it may be shown, and the rule that it breaks; one line
 */
public record Problem(Location location, String message) {

  /** {@code conf/postern.yaml:12:9: limits.sessions: -1 (expected: 1..)}. */
  @Override
  public String toString() {
    return location + ": " + message;
  }
}
