package dev.postern.proxy.pool;

import dev.postern.api.Bytes;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Pooling;

/**
 * What makes connections alike.
 *
 * @param startup what they were opened with: role, database and parameters
 * @param credential a digest of what proved the role, by a key that this process alone has
 */
public record PoolKey(
    String route, Backend server, StartupMessage startup, Bytes credential, Pooling pooling) {
  /** Without what seldom differs: this is computed for each login. */
  @Override
  public int hashCode() {
    return 31 * startup.parameters().hashCode() + credential.hashCode();
  }

  /** For the operator. */
  @Override
  public String toString() {
    return route
        + "/"
        + startup.parameters().get("database")
        + "/"
        + startup.parameters().get("user")
        + "@"
        + server.address();
  }
}
