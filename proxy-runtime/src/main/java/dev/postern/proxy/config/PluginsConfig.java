package dev.postern.proxy.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where plugin jars are.
 *
 * @param directory each jar in it, and each folder of jars, is a plugin
 */
public record PluginsConfig(@Nullable Path directory) {

  /** Nothing set. */
  public static final PluginsConfig UNSET = new PluginsConfig(null);

  public Path effectiveDirectory(Path home) {
    return directory == null ? home.resolve("plugins") : directory;
  }
}
