package dev.postern.api.message;

/** Asks for TLS; answered by one byte without a message around it. */
public record SSLRequest() implements StartupPacket {}
