package dev.postern.proxy.user;

import dev.postern.proxy.user.SettingRows.Settings;
import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/** The open store. Used by the store's thread only. */
final class StoreDatabase {
  /** Something to do with the store. */
  @FunctionalInterface
  interface Work<T> {
    T with(Handle handle);
  }

  /** A file of this many bytes, and more for each user, has grown from changes, not from users. */
  private static final long COMPACT_ABOVE = 8 << 20;

  private static final long COMPACT_ABOVE_PER_USER = 8 << 10;

  private final StoreFile file;
  private final long compactAbove;
  private @Nullable Connection connection;
  private @Nullable Jdbi jdbi;

  StoreDatabase(StoreFile file) {
    this(file, COMPACT_ABOVE);
  }

  StoreDatabase(StoreFile file, long compactAbove) {
    this.file = file;
    this.compactAbove = compactAbove;
  }

  <T> T read(Work<T> work) throws SQLException {
    return jdbi().withHandle(work::with);
  }

  /** All of the work or nothing of it; when this returns, it is on the disk. */
  <T> T write(Work<T> work) throws SQLException {
    T result = jdbi().inTransaction(work::with);
    // H2 writes a commit out up to half a second later.
    jdbi().useHandle(handle -> handle.execute("checkpoint sync"));
    compactIfGrown();
    return result;
  }

  /**
   * Without jdbi, which takes longer to load than all the rest of the store and is not needed
   * before the first login.
   */
  Optional<Settings> settings() throws SQLException {
    return SettingRows.find(open());
  }

  /** H2 closes itself when its disk fails; the next who needs it tries again. */
  private Connection open() throws SQLException {
    if (connection == null || connection.isClosed()) {
      jdbi = null;
      connection = connect();
      compactIfGrown();
    }
    return connection;
  }

  private Jdbi jdbi() throws SQLException {
    Connection current = open();
    if (jdbi == null) {
      Jdbi created = Jdbi.create(current);
      // The parameters of a failed statement are secrets often enough.
      created.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
      Columns.register(created);
      jdbi = created;
    }
    return jdbi;
  }

  private Connection connect() {
    try {
      if (file.exists()) {
        Connection current = file.current().getConnection();
        if (Schema.isNewest(current)) {
          return current;
        }
        current.close();
      }
      // H2 commits each statement of a migration by itself, so a kill would leave half of it.
      DataSource successor = file.successor();
      try (Connection _ = successor.getConnection()) {
        Schema.migrate(successor);
      }
      file.succeed();
      return file.current().getConnection();
    } catch (SQLException | IOException e) {
      throw new StoreException(
          Reason.FAILED, "the user store " + file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private void compactIfGrown() throws SQLException {
    if (file.size() < compactAbove) {
      return;
    }
    long users = jdbi().withHandle(UserRows::count);
    if (file.size() > compactAbove + users * COMPACT_ABOVE_PER_USER) {
      compact(Objects.requireNonNull(connection));
    }
  }

  private void compact(Connection current) throws SQLException {
    try (Statement statement = current.createStatement()) {
      // Writes a new file and renames it; a kill leaves the one or the other.
      statement.execute("shutdown compact");
    }
    jdbi = null;
    connection = connect();
  }

  void close() throws SQLException {
    if (connection != null) {
      connection.close();
    }
  }
}
