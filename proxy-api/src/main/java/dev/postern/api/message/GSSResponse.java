package dev.postern.api.message;

import dev.postern.api.Bytes;

/**
 * A token of a GSSAPI or SSPI exchange.
 *
 * @param data as the mechanism made it
 */
public record GSSResponse(Bytes data) implements AuthenticationResponse {}
