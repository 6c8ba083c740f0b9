package dev.postern.api.message;

/** Asks for the password itself, in a {@link PasswordMessage}. */
public record AuthenticationCleartextPassword() implements AuthenticationRequest {}
