package dev.postern.proxy.user;

import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's file: where it lies, who may open it, and how H2 is asked to. A lock beside it, held
 * from {@link #lock} on, is what keeps other processes away, because H2's own is gone for a moment
 * whenever the file is replaced.
 */
final class StoreFile {
  private static final Logger LOGGER = LoggerFactory.getLogger(StoreFile.class);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  /** H2 would follow whatever stands behind this in its URL, {@code INIT=} included. */
  private static final char SETTING_SEPARATOR = ';';

  private static final String SUFFIX = ".mv.db";

  /**
   * The file is only ever appended to, and by the thread that makes a change. H2 2.3 to 2.5 lose
   * commits when a process is killed after space was used again (StoreCrashTest shows it), and
   * pages when it is killed while H2's background writer and a commit are at work at once; with no
   * write delay there is no background writer. What piles up is taken out by {@link StoreDatabase}.
   * Besides: closing is ours, not a shutdown hook's, and a trace file would hold statements.
   */
  private static final String SETTINGS =
      ";REUSE_SPACE=FALSE;AUTO_COMPACT_FILL_RATE=0;MAX_COMPACT_TIME=0;WRITE_DELAY=0"
          + ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0";

  private final Path directory;
  private final String urlPrefix;
  private final String urlSettings;

  StoreFile(Path directory) {
    this(directory, "jdbc:h2:file:", "");
  }

  StoreFile(Path directory, String urlPrefix, String moreSettings) {
    this.directory = directory.toAbsolutePath().normalize();
    this.urlPrefix = urlPrefix;
    this.urlSettings = SETTINGS + moreSettings;
    if (this.directory.toString().indexOf(SETTING_SEPARATOR) >= 0) {
      throw StoreException.invalid("store directory: holds a semicolon: " + this.directory);
    }
  }

  /**
   * Makes the directory if it is absent, and the store this process's own until the lock is closed.
   *
   * @throws StoreException {@code LOCKED} if it is another's
   */
  FileChannel lock() {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
      }
      restrict(directory, OWNER_ONLY_DIRECTORY);
      FileChannel channel =
          FileChannel.open(
              directory.resolve("users.lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      if (tryLock(channel) == null) {
        channel.close();
        throw new StoreException(
            Reason.LOCKED, "the user store " + this + " is open in another process");
      }
      return channel;
    } catch (AccessDeniedException e) {
      throw new StoreException(
          Reason.FAILED,
          "no permission for the user store %s: %s (run this as the account that Postern runs under)"
              .formatted(this, e.getFile()),
          e);
    } catch (IOException e) {
      throw new StoreException(
          Reason.FAILED, "the user store " + this + " cannot be made: " + e, e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      LOGGER.trace("this very process has it", e);
      return null;
    }
  }

  boolean exists() {
    return Files.exists(file("users"));
  }

  /** In bytes. */
  long size() {
    return file("users").toFile().length();
  }

  /** A source of connections to the store as it is. */
  JdbcDataSource current() throws IOException {
    restrict(file("users"), OWNER_ONLY);
    return dataSource("users");
  }

  /** A source of connections to what shall take the store's place: a copy of it, or nothing yet. */
  JdbcDataSource successor() throws IOException {
    Files.deleteIfExists(file("users-next"));
    if (exists()) {
      Files.copy(file("users"), file("users-next"));
    }
    return dataSource("users-next");
  }

  /** Puts the successor, closed by now, in the place of the store: whole, or not at all. */
  void succeed() throws IOException {
    restrict(file("users-next"), OWNER_ONLY);
    Files.move(file("users-next"), file("users"), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(String name) {
    return directory.resolve(name + SUFFIX);
  }

  private JdbcDataSource dataSource(String name) {
    // Not through the DriverManager, which would load every driver there is.
    JdbcDataSource dataSource = new JdbcDataSource();
    dataSource.setURL(urlPrefix + directory.resolve(name) + urlSettings);
    dataSource.setUser("sa");
    return dataSource;
  }

  private static void restrict(Path path, Set<PosixFilePermission> permissions) throws IOException {
    if (!permissions.containsAll(Files.getPosixFilePermissions(path))) {
      Files.setPosixFilePermissions(path, permissions);
      LOGGER.atDebug().addKeyValue("path", path).log("Took away the access of others");
    }
  }

  @Override
  public String toString() {
    return file("users").toString();
  }
}
