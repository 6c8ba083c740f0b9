package dev.postern.proxy.frontend;

import dev.postern.proxy.tls.ServerTls;
import org.jspecify.annotations.Nullable;

/**
 * How a listener's connections are protected.
 *
 * @param tls what clients are met with, or {@code null} where the listener has no TLS
 * @param required whether a client without TLS is refused
 */
public record ListenerSecurity(@Nullable ServerTls tls, boolean required) {}
