package dev.postern.proxy.user;

import dev.postern.api.Secret;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The one row of settings, which is made with the store. */
final class SettingRows {
  /** The length of the server secret in bytes. */
  static final int SECRET_BYTES = 32;

  /** What a store begins with: PostgreSQL's {@code scram_iterations}. */
  static final int DEFAULT_ITERATIONS = 4096;

  /** The row; whoever reads it closes the secret. */
  record Settings(Secret serverSecret, int iterations) {}

  private SettingRows() {}

  static Optional<Settings> find(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select server_secret, iterations from store_settings")) {
      return row.next()
          ? Optional.of(new Settings(Columns.secret(row.getBytes(1)), row.getInt(2)))
          : Optional.empty();
    }
  }

  static Settings create(Handle handle) {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    handle.execute(
        "insert into store_settings (id, server_secret, iterations) values (1, ?, ?)",
        secret,
        DEFAULT_ITERATIONS);
    return new Settings(Secret.copyOf(secret), DEFAULT_ITERATIONS);
  }

  static void setIterations(Handle handle, int iterations) {
    handle.execute("update store_settings set iterations = ?", iterations);
  }
}
