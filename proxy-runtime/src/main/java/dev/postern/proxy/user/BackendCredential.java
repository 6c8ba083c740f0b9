package dev.postern.proxy.user;

import dev.postern.api.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What a mapping gives to a backend login. Whoever asked for it closes it.
 *
 * @param role the role on the server
 * @param password its password, or {@code null} where none is stored
 */
public record BackendCredential(String role, @Nullable Secret password) implements AutoCloseable {
  @Override
  public void close() {
    if (password != null) {
      password.close();
    }
  }
}
