package dev.postern.testkit.spi;

import dev.postern.api.PluginContext;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A context with users in memory and a clock that stands at 2026-01-01T00:00:00Z until it is moved.
 *
 * @param instanceName the instance's name in the configuration
 * @param dataDirectory a directory that exists, such as one of JUnit's temporary ones
 * @param users what {@code users()} looks into
 * @param clock what {@code clock()} tells
 */
public record FakePluginContext(
    String instanceName, Path dataDirectory, FakeUsers users, MovableClock clock)
    implements PluginContext {

  /** A context for a plugin that keeps no files: its data directory does not exist. */
  public static FakePluginContext named(String instanceName) {
    return in(Path.of("no-such-directory"), instanceName);
  }

  public static FakePluginContext in(Path dataDirectory, String instanceName) {
    return new FakePluginContext(
        instanceName,
        dataDirectory,
        new FakeUsers(),
        new MovableClock(Instant.parse("2026-01-01T00:00:00Z")));
  }
}
