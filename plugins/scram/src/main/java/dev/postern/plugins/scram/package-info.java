/**
 * Authenticator that proves a client's password with SCRAM-SHA-256, or SCRAM-SHA-256-PLUS over TLS,
 * against the verifiers in the user store (RFC 5802, RFC 7677). A user who does not exist, is
 * disabled, has expired, or has no verifier that counts now goes through the same exchange against
 * a mock verifier and gets the same refusal as for a wrong password; which of them it was is told
 * to the operator only. What a user may do (its databases) is looked at after the proof, so that it
 * tells nothing to others.
 */
@NullMarked
package dev.postern.plugins.scram;

import org.jspecify.annotations.NullMarked;
