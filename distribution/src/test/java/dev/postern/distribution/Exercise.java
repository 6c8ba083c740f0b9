package dev.postern.distribution;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * What clients do all day: they log in with TLS and without, at routes that pool by session and by
 * transaction, run simple and extended queries and copy in both directions.
 */
final class Exercise {
  /** The {@code application_name} by which the clients of session pooling are routed. */
  static final String SESSION = "by-session";

  private static final String TRANSACTION = "by-transaction";
  private static final int CLIENTS = 4;
  private static final int QUERIES = 10;
  private static final int COPIED_ROWS = 50_000;
  private static final String ROW = "x".repeat(1000);

  private final Client client;

  Exercise(Client client) {
    this.client = client;
  }

  /** Logs in that many times, and copies that many times 50 MB out and in. */
  void run(int logins, int copies) throws Exception {
    List<Future<?>> work = new ArrayList<>();
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      for (int i = 0; i < logins; i++) {
        boolean tls = i % 2 == 0;
        String route = i / 2 % 2 == 0 ? SESSION : TRANSACTION;
        work.add(
            clients.submit(
                () -> {
                  try (Connection connection = connect(tls, route)) {
                    query(connection);
                  }
                  return null;
                }));
      }
      for (Future<?> one : work) {
        one.get();
      }
    }
    for (int i = 0; i < copies; i++) {
      try (Connection connection = connect(false, i % 2 == 0 ? SESSION : TRANSACTION)) {
        copy(connection);
      }
    }
  }

  private Connection connect(boolean tls, String route) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", route);
    if (tls) {
      return client.connect(properties);
    }
    properties.setProperty("user", client.user());
    properties.setProperty("password", client.password());
    properties.setProperty("sslmode", "disable");
    properties.setProperty("preferQueryMode", "simple");
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:%d/%s".formatted(client.port(), client.database()),
        properties);
  }

  private static void query(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("SELECT ?::int + 1")) {
      for (int i = 0; i < QUERIES; i++) {
        prepared.setInt(1, i);
        prepared.executeQuery().close();
        statement.executeQuery("SELECT 1").close();
      }
      statement.executeQuery("SELECT generate_series(1, 100)").close();
      connection.setAutoCommit(false);
      statement.executeUpdate("CREATE TEMPORARY TABLE numbers (n int) ON COMMIT DROP");
      connection.commit();
    }
  }

  private static void copy(Connection connection) throws SQLException, IOException {
    CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
    copy.copyOut(
        "COPY (SELECT '%s' FROM generate_series(1, %d)) TO STDOUT".formatted(ROW, COPIED_ROWS),
        OutputStream.nullOutputStream());
    byte[] rows = (ROW + "\n").repeat(1000).getBytes(StandardCharsets.US_ASCII);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TEMPORARY TABLE sink (line text)");
      var in = copy.copyIn("COPY sink FROM STDIN WHERE false");
      for (int sent = 0; sent < COPIED_ROWS; sent += 1000) {
        in.writeToCopy(rows, 0, rows.length);
      }
      in.endCopy();
    }
  }
}
