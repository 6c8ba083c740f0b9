package dev.postern.proxy.user;

import dev.postern.proxy.user.StoreException.Reason;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Brings the store's schema up to date. Flyway takes a good part of Postern's start even where it
 * has nothing to do, so its history is read first, and Flyway is loaded only if it does not end in
 * {@link #VERSION}.
 */
final class Schema {
  /** The newest migration in {@code db/migration}. */
  static final int VERSION = 1;

  private static final String LAST_VERSION =
      """
      select "version" from "flyway_schema_history"
      where "success" = true and "version" is not null
      order by "installed_rank" desc
      """;

  private Schema() {}

  /**
   * Whether there is nothing to migrate.
   *
   * @throws StoreException if a newer Postern has migrated it further
   */
  static boolean isNewest(Connection connection) throws SQLException {
    String found = lastVersion(connection);
    if (found != null && Integer.parseInt(found) > VERSION) {
      connection.close();
      throw new StoreException(
          Reason.FAILED,
          "the user store was written by a newer Postern: schema %s (this one knows up to %d)"
              .formatted(found, VERSION));
    }
    return String.valueOf(VERSION).equals(found);
  }

  static void migrate(DataSource dataSource) {
    try {
      flyway(dataSource).migrate();
    } catch (FlywayException e) {
      throw new StoreException(
          Reason.FAILED,
          "the schema of the user store cannot be brought up to date: " + e.getMessage(),
          e);
    }
  }

  static Flyway flyway(DataSource dataSource) {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(dataSource)
        .locations("classpath:db/migration")
        .cleanDisabled(true)
        .load();
  }

  private static @Nullable String lastVersion(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(LAST_VERSION)) {
      return rows.next() ? rows.getString(1) : null;
    } catch (SQLException e) {
      return switch (e.getErrorCode()) {
        case ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1,
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_DATABASE_EMPTY_1,
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_WITH_CANDIDATES_2 ->
            null;
        default -> throw e;
      };
    }
  }
}
