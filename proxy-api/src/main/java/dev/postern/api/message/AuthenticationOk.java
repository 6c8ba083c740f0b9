package dev.postern.api.message;

/** The client is authenticated. */
public record AuthenticationOk() implements AuthenticationRequest {}
