package dev.postern.api.message;

import dev.postern.api.Bytes;

/**
 * Goes on with a GSSAPI or SSPI exchange.
 *
 * @param data as the mechanism made it
 */
public record AuthenticationGSSContinue(Bytes data) implements AuthenticationRequest {}
