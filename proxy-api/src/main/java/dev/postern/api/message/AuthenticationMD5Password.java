package dev.postern.api.message;

import dev.postern.api.Bytes;

/**
 * Asks for {@code md5(md5(password + user) + salt)} in a {@link PasswordMessage}.
 *
 * @param salt 4 bytes
 */
public record AuthenticationMD5Password(Bytes salt) implements AuthenticationRequest {
  public AuthenticationMD5Password {
    if (salt.length() != 4) {
      throw new IllegalArgumentException(
          "AuthenticationMD5Password: salt of " + salt.length() + " bytes (expected: 4)");
    }
  }
}
