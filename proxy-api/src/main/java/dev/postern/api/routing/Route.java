package dev.postern.api.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a router decided.
 *
 * @param name names the route to the operator
 * @param backends the servers that may serve the session, first choice first; one or more
 * @param database the database to ask the server for; {@code null}: the one that the client asked
 *     for
 * @param login how to log in there
 * @param pooling how connections to the servers are shared
 */
public record Route(
    String name,
    List<Backend> backends,
    @Nullable String database,
    BackendLogin login,
    Pooling pooling) {
  /** A route with session pooling, without a limit. */
  public Route(String name, List<Backend> backends, @Nullable String database, BackendLogin login) {
    this(name, backends, database, login, Pooling.SESSION);
  }

  public Route {
    backends = List.copyOf(backends);
    if (backends.isEmpty()) {
      throw new IllegalArgumentException("route \"" + name + "\" has no backend");
    }
  }
}
