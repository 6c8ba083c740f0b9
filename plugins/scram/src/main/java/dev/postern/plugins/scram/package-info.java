/**
 * Authenticator that proves a client's password with SCRAM-SHA-256, or SCRAM-SHA-256-PLUS over TLS,
 * against the verifiers in the user store (RFC 5802, RFC 7677).
 */
@NullMarked
package dev.postern.plugins.scram;

import org.jspecify.annotations.NullMarked;
