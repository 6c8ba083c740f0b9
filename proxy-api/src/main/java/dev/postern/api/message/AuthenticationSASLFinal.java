package dev.postern.api.message;

import dev.postern.api.Bytes;

/**
 * Ends a SASL exchange; {@link AuthenticationOk} follows.
 *
 * @param data as the mechanism made it: with SCRAM, what proves the server
 */
public record AuthenticationSASLFinal(Bytes data) implements AuthenticationRequest {}
