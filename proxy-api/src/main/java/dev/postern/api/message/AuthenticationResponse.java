package dev.postern.api.message;

/**
 * A client's answer to an {@link AuthenticationRequest}. The four share the type byte {@code p};
 * which one it is follows from what the server asked.
 */
public sealed interface AuthenticationResponse extends FrontendMessage
    permits GSSResponse, PasswordMessage, SASLInitialResponse, SASLResponse {}
