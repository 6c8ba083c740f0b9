package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreDatabaseTest {
  private static final long COMPACT_ABOVE = 1 << 20;

  @TempDir private Path directory;
  private StoreFile file;
  private FileChannel lock;
  private StoreDatabase database;

  @BeforeEach
  void open() {
    file = new StoreFile(directory);
    lock = file.lock();
    database = new StoreDatabase(file, COMPACT_ABOVE);
  }

  @AfterEach
  void close() throws SQLException, IOException {
    database.close();
    lock.close();
  }

  @Test
  void takesOutWhatChangesLeftBehind() throws SQLException {
    add("alice");
    long largest = 0;
    for (int i = 0; i < 200; i++) {
      boolean enabled = i % 2 == 0;
      database.write(
          handle -> {
            UserRows.setEnabled(handle, "alice", enabled, Instant.EPOCH);
            return enabled;
          });
      largest = Math.max(largest, file.size());
    }

    assertThat(largest).isBetween(COMPACT_ABOVE / 2, COMPACT_ABOVE * 3 / 2);
    assertThat(file.size()).isLessThan(COMPACT_ABOVE);
    assertThat(database.<Boolean>read(handle -> UserRows.require(handle, "alice").user().enabled()))
        .isFalse();
  }

  @Test
  void noOtherThreadWritesTheFile() throws SQLException {
    add("alice");

    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("H2-") || name.startsWith("MVStore"));
  }

  @Test
  void opensAgainAfterH2HasClosedItself() throws SQLException {
    add("alice");
    database.read(
        handle -> {
          try (Statement statement = handle.getConnection().createStatement()) {
            return statement.execute("shutdown immediately");
          } catch (SQLException e) {
            throw new AssertionError(e);
          }
        });

    assertThat(database.read(UserRows::list)).hasSize(1);
  }

  @Test
  void undoesAChangeThatFails() throws SQLException {
    assertThatExceptionOfType(JdbiException.class)
        .isThrownBy(
            () ->
                database.write(
                    handle -> {
                      insert(handle, "alice");
                      return handle.execute("no statement");
                    }));

    assertThat(database.read(UserRows::list)).isEmpty();
  }

  private void add(String name) throws SQLException {
    database.write(
        handle -> {
          insert(handle, name);
          return name;
        });
  }

  private static void insert(Handle handle, String name) {
    UserRows.add(
        handle, name, NewVerifier.of(Verifiers.any()), UserSettings.UNLIMITED, Instant.EPOCH);
  }
}
