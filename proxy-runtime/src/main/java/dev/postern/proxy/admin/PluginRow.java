package dev.postern.proxy.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plugin that is there.
 *
 * @param kind {@code authenticator}, {@code router} or {@code interceptor}
 * @param jar where it came from
 * @param api the plugin API that it was built for
 * @param state {@code in service}; {@code leaving}: needed only by sessions that began with an
 *     instance that new ones do not get; {@code not in use}
 * @param instances those in service, which the configuration makes of it
 * @param oldLoaders the class loaders of its jar whose instances are all closed, and which Java's
 *     garbage collector has not taken yet
 */
public record PluginRow(
    String name,
    String kind,
    String jar,
    @Nullable String version,
    int api,
    String state,
    List<String> instances,
    int oldLoaders) {}
