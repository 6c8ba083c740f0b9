package dev.postern.proxy.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plugin that is there.
 *
 * @param kind {@code authenticator}, {@code router} or {@code interceptor}
 * @param jar where it came from
 * @param instances which the configuration makes of it; empty: not in use
 */
public record PluginRow(
    String name, String kind, String jar, @Nullable String version, List<String> instances) {}
