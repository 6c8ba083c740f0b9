package dev.postern.api.message;

/** Asks for an SSPI exchange, to begin with a {@link GSSResponse}. */
public record AuthenticationSSPI() implements AuthenticationRequest {}
