package dev.postern.api.auth;

import dev.postern.api.Secret;

/**
 * The keys of one verifier (RFC 5802, section 3), recovered from a client's proof. They are as good
 * as the password on every server that holds the same verifier. Postern closes them when the login
 * is over.
 *
 * @param verifier the verifier that they belong to
 * @param clientKey ClientKey, 32 bytes
 */
public record ScramKeys(ScramVerifier verifier, Secret clientKey) implements AutoCloseable {
  @Override
  public void close() {
    clientKey.close();
  }
}
