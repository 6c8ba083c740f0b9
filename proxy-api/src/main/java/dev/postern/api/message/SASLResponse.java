package dev.postern.api.message;

import dev.postern.api.Bytes;

/**
 * Goes on with a SASL exchange.
 *
 * @param data as the mechanism made it
 */
public record SASLResponse(Bytes data) implements AuthenticationResponse {}
