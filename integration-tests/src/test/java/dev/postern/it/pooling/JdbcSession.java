package dev.postern.it.pooling;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** A connection of pgjdbc that writes down everything that its user can see. */
final class JdbcSession {
  /** What may fail as a database says. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  private static final int CLIPPED = 200;

  private final Connection connection;
  private final Transcript transcript;

  JdbcSession(Connection connection, Transcript transcript) {
    this.connection = connection;
    this.transcript = transcript;
  }

  Connection connection() {
    return connection;
  }

  PGConnection pg() throws SQLException {
    return connection.unwrap(PGConnection.class);
  }

  void note(String line) {
    transcript.add(line);
  }

  /** Statements, one after the other, with all of their results. */
  void run(String... statements) {
    for (String sql : statements) {
      note("> " + clipped(sql));
      attempt(
          () -> {
            try (Statement statement = connection.createStatement()) {
              results(statement, statement.execute(sql));
            }
          });
    }
  }

  /** A statement with parameters, prepared and closed again. */
  void prepared(String sql, @Nullable Object... parameters) {
    note("> " + clipped(sql) + " " + Arrays.deepToString(parameters));
    attempt(
        () -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
              statement.setObject(i + 1, parameters[i]);
            }
            results(statement, statement.execute());
          }
        });
  }

  /** Writes down how it fails, if it does. */
  void attempt(Action action) {
    try {
      action.run();
    } catch (SQLException e) {
      for (SQLException each = e; each != null; each = each.getNextException()) {
        note(
            "%s %s %s"
                .formatted(each.getClass().getSimpleName(), each.getSQLState(), each.getMessage()));
        if (each instanceof BatchUpdateException batch) {
          note("counts " + Arrays.toString(batch.getUpdateCounts()));
        }
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** All results of a statement. */
  void results(Statement statement, boolean rowsFirst) throws SQLException {
    boolean rows = rowsFirst;
    while (rows || statement.getUpdateCount() >= 0) {
      if (rows) {
        rows(statement.getResultSet());
      } else {
        note("count " + statement.getUpdateCount());
      }
      rows = statement.getMoreResults();
    }
    for (SQLWarning warning = statement.getWarnings();
        warning != null;
        warning = warning.getNextWarning()) {
      note("warning %s %s".formatted(warning.getSQLState(), warning.getMessage()));
    }
  }

  /** Columns and rows, read to the end. */
  void rows(ResultSet rows) throws SQLException {
    ResultSetMetaData data = rows.getMetaData();
    List<String> columns = new ArrayList<>();
    for (int i = 1; i <= data.getColumnCount(); i++) {
      columns.add(
          "%s %s(%d,%d) of %s nullable %d"
              .formatted(
                  data.getColumnLabel(i),
                  data.getColumnTypeName(i),
                  data.getPrecision(i),
                  data.getScale(i),
                  data.getTableName(i),
                  data.isNullable(i)));
    }
    note("columns " + columns);
    while (rows.next()) {
      row(rows);
    }
  }

  /** The row at which a result stands. */
  void row(ResultSet rows) throws SQLException {
    List<String> values = new ArrayList<>();
    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
      boolean bytes = rows.getMetaData().getColumnType(i) == Types.BINARY;
      values.add(
          clipped(bytes ? Arrays.toString(rows.getBytes(i)) : String.valueOf(rows.getString(i))));
    }
    note("row " + values);
  }

  /** The parameters that the server reported. */
  void parameters() throws SQLException {
    note("parameters " + new TreeMap<>(pg().getParameterStatuses()));
  }

  private static String clipped(String text) {
    return text.length() <= CLIPPED
        ? text
        : "%s… %d characters, hash %08x"
            .formatted(text.substring(0, CLIPPED / 2), text.length(), text.hashCode());
  }
}
