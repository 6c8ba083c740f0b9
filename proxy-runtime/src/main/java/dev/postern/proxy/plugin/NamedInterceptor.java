package dev.postern.proxy.plugin;

import dev.postern.api.intercept.MessageInterceptor;

/**
 * An instance in service.
 *
 * @param name in the configuration; for log lines and metrics
 */
public record NamedInterceptor(String name, MessageInterceptor interceptor) {}
