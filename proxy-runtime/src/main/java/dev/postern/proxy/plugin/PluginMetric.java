package dev.postern.proxy.plugin;

/**
 * A number that an instance shows.
 *
 * @param help what it is, with its unit
 */
public record PluginMetric(String name, String help, double value) {}
