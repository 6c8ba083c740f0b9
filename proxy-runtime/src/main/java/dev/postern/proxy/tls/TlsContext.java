package dev.postern.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * The certificate that a listener shows at one time.
 *
 * @param generation 1 when the listener opened, one more with every reload
 * @param provider who computes TLS with it
 * @param certificate the server's own certificate
 * @param binding its {@code tls-server-end-point}; empty where SCRAM-SHA-256-PLUS cannot be offered
 */
public record TlsContext(
    long generation,
    TlsProvider provider,
    X509Certificate certificate,
    Optional<EndpointBinding> binding) {}
