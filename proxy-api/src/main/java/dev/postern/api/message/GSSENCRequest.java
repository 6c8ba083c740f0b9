package dev.postern.api.message;

/** Asks for GSSAPI encryption; answered by one byte without a message around it. */
public record GSSENCRequest() implements StartupPacket {}
