package dev.postern.proxy.plugin;

import org.jspecify.annotations.Nullable;

/**
 * A plugin that is there, in use or not.
 *
 * @param name by which the configuration asks for it
 * @param jar the jar or folder that it came from, relative to the installation where it lies in it
 * @param version {@code Implementation-Version} of its manifest, if it has one
 * @param apiLevel the plugin API that it was built for
 */
public record PluginDescription(
    String name, PluginKind kind, String jar, @Nullable String version, int apiLevel) {}
