package dev.postern.proxy.plugin;

import dev.postern.api.user.UserDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * What instances are given, and what their configuration refers to.
 *
 * @param home what paths are relative to
 * @param dataDirectory in which instances have their own directories, {@code plugins/NAME}
 * @param users Postern's users
 * @param clock for validity times
 * @param variables of the environment, for {@code {env: NAME}}
 * @param shared what instances share
 * @param loadPatience how long all that are to be made together may take, before they are refused
 * @param closePatience how long the close of an instance is waited for, before others go on without
 * @param threadPatience how long after that threads of an instance may run, before they are
 *     reported
 */
public record PluginEnvironment(
    Path home,
    Path dataDirectory,
    UserDirectory users,
    InstantSource clock,
    Map<String, String> variables,
    SharedResources shared,
    Duration loadPatience,
    Duration closePatience,
    Duration threadPatience) {
  static final Duration LOAD_PATIENCE = Duration.ofSeconds(30);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
  private static final Duration THREAD_PATIENCE = Duration.ofMinutes(1);

  /** In which nothing is shared yet. */
  public PluginEnvironment(
      Path home,
      Path dataDirectory,
      UserDirectory users,
      InstantSource clock,
      Map<String, String> variables) {
    this(
        home,
        dataDirectory,
        users,
        clock,
        variables,
        new SharedResources(),
        LOAD_PATIENCE,
        CLOSE_PATIENCE,
        THREAD_PATIENCE);
  }

  /** With the system's clock and environment. */
  public PluginEnvironment(Path home, Path dataDirectory, UserDirectory users) {
    this(home, dataDirectory, users, InstantSource.system(), System.getenv());
  }
}
