package dev.postern.proxy.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One use of a plugin.
 *
 * @param plugin the name of its factory
 * @param name how this instance is called in logs and metrics, and in the store's directory; {@code
 *     null}: as the plugin
 * @param config what the plugin is configured with, bound once its record is known
 * @param location where it stands
 */
public record PluginInstanceConfig(
    String plugin, @Nullable String name, ConfigNode config, Location location) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final String RULE =
      " (expected: lower-case letters, digits and hyphens, at most 63)";

  public PluginInstanceConfig {
    new Rules()
        .require(NAME.matcher(plugin).matches(), () -> "plugin: " + Shown.quoted(plugin) + RULE)
        .require(
            name == null || NAME.matcher(name).matches(),
            () -> "name: " + (name == null ? "" : Shown.quoted(name)) + RULE)
        .enforce();
  }

  /** Unique among all instances. */
  public String effectiveName() {
    return name == null ? plugin : name;
  }
}
