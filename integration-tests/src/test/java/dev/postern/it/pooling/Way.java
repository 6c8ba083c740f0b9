package dev.postern.it.pooling;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;

/**
 * A way to a server, as a role with the usual password, to the database {@code postgres}.
 *
 * @param address of the server itself, or of a gateway before it
 */
record Way(InetSocketAddress address, String role) {
  static Way direct(PostgresServer server, String role) {
    return new Way(server.address(), role);
  }

  static Way through(RunningPostern postern, String role) {
    return new Way(postern.address(), role);
  }

  /** Logged in; the caller closes it. */
  WireClient wire() {
    WireClient client = WireClient.connect(address);
    try {
      client.login(role, Pools.PASSWORD, "postgres");
      return client;
    } catch (RuntimeException | AssertionError e) {
      client.close();
      throw e;
    }
  }

  /** With pgjdbc and some of its properties; the caller closes it. */
  Connection jdbc(Map<String, String> more) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role);
    properties.setProperty("password", Pools.PASSWORD);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.putAll(more);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(address.getPort()), properties);
  }

  Connection jdbc() throws SQLException {
    return jdbc(Map.of());
  }
}
