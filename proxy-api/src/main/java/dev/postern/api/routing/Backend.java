package dev.postern.api.routing;

/**
 * A PostgreSQL server.
 *
 * @param host a name or an address; a name is looked up anew for every connection
 * @param port 1 to 65535
 * @param tls how the connection is protected
 */
public record Backend(String host, int port, BackendTls tls) {
  public Backend {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: empty");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
  }

  /** {@code host:port}, with an IPv6 address in brackets. */
  public String address() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return address();
  }
}
