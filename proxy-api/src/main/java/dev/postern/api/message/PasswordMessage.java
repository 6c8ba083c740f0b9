package dev.postern.api.message;

import dev.postern.api.Secret;

/**
 * The password itself, or its MD5 digest, as the server asked.
 *
 * @param password without the zero byte that ends it on the wire; whoever takes the message over
 *     closes it
 */
public record PasswordMessage(Secret password) implements AuthenticationResponse {}
