package dev.postern.api.message;

import dev.postern.api.Bytes;

/**
 * Goes on with a SASL exchange; answered by {@link SASLResponse}.
 *
 * @param data as the mechanism made it
 */
public record AuthenticationSASLContinue(Bytes data) implements AuthenticationRequest {}
