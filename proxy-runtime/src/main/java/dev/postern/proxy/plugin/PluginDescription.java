package dev.postern.proxy.plugin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plugin that is there, in use or not.
 *
 * @param name by which the configuration asks for it
 * @param jar the jar or folder that it came from, relative to the installation where it lies in it
 * @param version {@code Implementation-Version} of its manifest, if it has one
 * @param apiLevel the plugin API that it was built for
 * @param instances the names of the instances that the configuration makes of it
 */
public record PluginDescription(
    String name,
    PluginKind kind,
    String jar,
    @Nullable String version,
    int apiLevel,
    List<String> instances) {
  public PluginDescription {
    instances = List.copyOf(instances);
  }
}
