package dev.postern.proxy.plugin;

import dev.postern.proxy.config.PluginsConfig;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where plugins are.
 *
 * @param path with jars, and folders of jars
 * @param sha256 what each jar has to be, by its path within the directory; {@code null}: none is
 *     checked
 * @param home to which paths in messages are relative
 */
public record PluginJars(Path path, @Nullable Map<String, String> sha256, Path home) {
  /** The same directory, with other digests that are asked for. */
  PluginJars with(@Nullable Map<String, String> newSha256) {
    return new PluginJars(path, newSha256, home);
  }

  public static PluginJars of(PluginsConfig config, Path home) {
    return new PluginJars(config.effectiveDirectory(home), config.sha256(), home);
  }
}
