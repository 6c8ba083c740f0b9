package dev.postern.distribution;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * How a client reaches Postern: over TLS, with the certificate checked and channel binding
 * required.
 *
 * @param certificate PEM file of what is trusted
 */
record Client(int port, String database, String user, String password, Path certificate) {

  /** Logs in; the caller closes the connection. */
  Connection connect() throws SQLException {
    return connect(new Properties());
  }

  /** Logs in with more of pgjdbc's properties; the caller closes the connection. */
  Connection connect(Properties more) throws SQLException {
    Properties properties = new Properties();
    properties.putAll(more);
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("channelBinding", "require");
    properties.setProperty("loginTimeout", "30");
    return DriverManager.getConnection(jdbcUrl(), properties);
  }

  /** The first column of the first row. */
  String query(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new SQLException("no row: " + sql);
      }
      return String.valueOf(rows.getString(1));
    }
  }

  String jdbcUrl() {
    return "jdbc:postgresql://localhost:%d/%s?sslmode=verify-full&sslrootcert=%s"
        .formatted(port, database, certificate);
  }

  /** What {@code psql} takes as its argument; the password goes into PGPASSWORD. */
  String conninfo() {
    return "host=localhost port=%d dbname=%s user=%s sslmode=verify-full sslrootcert=%s channel_binding=require"
        .formatted(port, database, user, "'" + certificate + "'");
  }

  @Override
  public String toString() {
    return conninfo();
  }
}
