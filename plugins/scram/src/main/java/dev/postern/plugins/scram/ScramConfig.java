package dev.postern.plugins.scram;

/**
 * The {@code config} section of the plugin: there is nothing to set; all that can be chosen belongs
 * to the user in the store.
 */
public record ScramConfig() {}
