package dev.postern.api.message;

/** Asks for a GSSAPI exchange, to begin with a {@link GSSResponse}. */
public record AuthenticationGSS() implements AuthenticationRequest {}
