package dev.postern.proxy.user;

import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store's file: where it lies, who may read it, and how H2 is asked to open it. */
final class StoreFile {
  private static final Logger LOGGER = LoggerFactory.getLogger(StoreFile.class);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  /** H2 would follow whatever stands behind this in its URL, {@code INIT=} included. */
  private static final char SETTING_SEPARATOR = ';';

  /**
   * H2's own trace file would hold statements; closing is ours, in order, not a shutdown hook's.
   */
  private static final String SETTINGS =
      ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0";

  private final Path directory;
  private final Path file;
  private final String url;

  StoreFile(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
    if (this.directory.toString().indexOf(SETTING_SEPARATOR) >= 0) {
      throw StoreException.invalid("store directory: holds a semicolon: " + this.directory);
    }
    this.file = this.directory.resolve("users.mv.db");
    this.url = "jdbc:h2:file:" + this.directory.resolve("users") + SETTINGS;
  }

  /**
   * Makes directory and file if they are absent, and neither is anyone's but the owner's from its
   * first moment on.
   */
  void prepare() {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
      }
      restrict(directory, OWNER_ONLY_DIRECTORY);
      createEmpty();
      restrict(file, OWNER_ONLY);
    } catch (IOException e) {
      throw new StoreException(
          Reason.FAILED, "the user store " + file + " cannot be made: " + e, e);
    }
  }

  private void createEmpty() throws IOException {
    try {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      LOGGER.trace("the store exists", e);
    }
  }

  private static void restrict(Path path, Set<PosixFilePermission> permissions) throws IOException {
    Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
    if (!permissions.containsAll(found)) {
      Files.setPosixFilePermissions(path, permissions);
      LOGGER
          .atInfo()
          .addKeyValue("path", path)
          .addKeyValue("was", PosixFilePermissions.toString(found))
          .addKeyValue("now", PosixFilePermissions.toString(permissions))
          .log("Took away the access of others");
    }
  }

  /** A source of further connections, for as long as the first is open. */
  JdbcDataSource dataSource() {
    JdbcDataSource dataSource = new JdbcDataSource();
    dataSource.setURL(url);
    dataSource.setUser("sa");
    return dataSource;
  }

  /**
   * Opens the file for this process alone. Not through the DriverManager, which would load every
   * driver there is.
   */
  Connection open() {
    Properties properties = new Properties();
    properties.setProperty("user", "sa");
    try {
      Connection connection = new org.h2.Driver().connect(url, properties);
      if (connection == null) {
        throw new StoreException(Reason.FAILED, "the user store " + file + " cannot be opened");
      }
      return connection;
    } catch (SQLException e) {
      if (e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
        throw new StoreException(
            Reason.LOCKED, "the user store " + file + " is open in another process", e);
      }
      throw new StoreException(
          Reason.FAILED, "the user store " + file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
