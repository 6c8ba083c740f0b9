package dev.postern.api.message;

/** Asks for Kerberos V5, which no supported server does any more. */
public record AuthenticationKerberosV5() implements AuthenticationRequest {}
