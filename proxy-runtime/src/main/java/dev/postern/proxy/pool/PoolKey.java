package dev.postern.proxy.pool;

import dev.postern.api.Bytes;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Pooling;
import java.util.Objects;

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

  /** That the connections are in. */
  public String database() {
    return parameter("database");
  }

  /** That the connections are logged in as. */
  public String role() {
    return parameter("user");
  }

  private String parameter(String name) {
    return Objects.requireNonNull(startup.parameters().get(name));
  }

  /** Whether this is what the other one has become by a change of the configuration. */
  boolean replaces(PoolKey other) {
    return !equals(other)
        && route.equals(other.route)
        && server.address().equals(other.server.address())
        && startup.equals(other.startup)
        && credential.equals(other.credential);
  }

  /** For clients, who are not told of servers and of roles. */
  public String shownToClients() {
    return route + "/" + database();
  }

  /** For the operator; begins with what clients are shown. */
  @Override
  public String toString() {
    return shownToClients() + "/" + role() + "@" + server.address();
  }
}
