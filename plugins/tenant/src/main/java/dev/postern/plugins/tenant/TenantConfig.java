package dev.postern.plugins.tenant;

import java.nio.file.Path;

/**
 * The {@code config} section of the plugin.
 *
 * @param file where the tenants are
 */
public record TenantConfig(Path file) {}
