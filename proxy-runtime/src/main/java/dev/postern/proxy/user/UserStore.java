package dev.postern.proxy.user;

import dev.postern.api.Secret;
import dev.postern.api.user.StoredUser;
import dev.postern.api.user.UserDirectory;
import dev.postern.api.user.UserDirectoryException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Postern's users. Safe for use by many threads; every method may block for a read or write of the
 * disk, {@link #find} only where the name was not looked up before. Whoever opens it closes it.
 * Where a method does not say otherwise, it throws {@link StoreException} and has changed nothing
 * then.
 */
public final class UserStore implements UserDirectory, AutoCloseable {
  /** The fewest iterations that RFC 7677 allows. */
  public static final int MIN_ITERATIONS = 4096;

  /** More would keep a client busy for seconds at each login. */
  public static final int MAX_ITERATIONS = 1_000_000;

  private final UserCache cache = new UserCache();
  private final StoreThread thread;
  private final StoreChanges changes;
  private final BackendMappings mappings;
  private final Secret serverSecret;
  private volatile int iterations;

  private UserStore(StoreFile file, Path keyFile, InstantSource clock) {
    this.thread = new StoreThread(file);
    try {
      SettingRows.Settings settings =
          thread.settings().orElseGet(() -> thread.write(SettingRows::create));
      thread.warmUp();
      this.iterations = settings.iterations();
      this.serverSecret = settings.serverSecret();
    } catch (RuntimeException e) {
      thread.close();
      throw e;
    }
    this.changes = new StoreChanges(thread, cache, clock);
    this.mappings = new BackendMappings(thread, changes, new BackendPasswordCipher(keyFile));
  }

  /**
   * Opens the store, and makes it if there is none.
   *
   * @param directory where its file lies; made private to its owner
   * @param keyFile the key of the backend passwords; made when the first of them is stored
   * @throws StoreException {@code LOCKED} if another process has it open
   */
  public static UserStore open(Path directory, Path keyFile) {
    return open(new StoreFile(directory), keyFile, InstantSource.system());
  }

  /** Whether there is a store, which is not opened. */
  public static boolean exists(Path directory) {
    return new StoreFile(directory).exists();
  }

  static UserStore open(StoreFile file, Path keyFile, InstantSource clock) {
    return new UserStore(file, keyFile, clock);
  }

  @Override
  public Optional<StoredUser> find(String name) {
    if (!Names.isName(name)) {
      return Optional.empty();
    }
    try {
      return cache.find(
          name,
          unknown -> thread.read(handle -> UserRows.find(handle, unknown)).map(UserEntry::user));
    } catch (RuntimeException e) {
      throw new UserDirectoryException("the user store cannot be read", e);
    }
  }

  /** All users in the order of their names. */
  public List<UserEntry> list() {
    return thread.read(UserRows::list);
  }

  /**
   * One user.
   *
   * @throws StoreException {@code NOT_FOUND} if there is no such user
   */
  public UserEntry entry(String name) {
    return thread.read(handle -> UserRows.require(handle, name));
  }

  /**
   * Adds a user, enabled.
   *
   * @throws StoreException {@code CONFLICT} if the user exists
   */
  public void add(String name, NewVerifier verifier, UserSettings settings) {
    Names.check("user", name);
    checkIterations("verifier", verifier.verifier().iterations(), 1);
    changes.make(
        name,
        UserChange.Kind.ADDED,
        (handle, now) -> UserRows.add(handle, name, verifier, settings, now));
  }

  /**
   * Puts a verifier in the place of the user's current ones.
   *
   * @throws StoreException {@code NOT_FOUND} if there is no such user; {@code CONFLICT} if a
   *     current verifier counts on for a while and has another salt or iteration count
   */
  public void setPassword(String name, NewVerifier verifier) {
    checkIterations("verifier", verifier.verifier().iterations(), 1);
    changes.make(
        name,
        UserChange.Kind.PASSWORD_CHANGED,
        (handle, now) -> UserRows.setPassword(handle, name, verifier, now));
  }

  /**
   * Sets everything but the password anew.
   *
   * @throws StoreException {@code NOT_FOUND} if there is no such user
   */
  public void change(String name, UserSettings settings) {
    changes.make(
        name,
        UserChange.Kind.SETTINGS_CHANGED,
        (handle, now) -> UserRows.change(handle, name, settings, now));
  }

  /**
   * Lets the user log in again, or no more.
   *
   * @throws StoreException {@code NOT_FOUND} if there is no such user
   */
  public void setEnabled(String name, boolean enabled) {
    changes.make(
        name,
        enabled ? UserChange.Kind.ENABLED : UserChange.Kind.DISABLED,
        (handle, now) -> UserRows.setEnabled(handle, name, enabled, now));
  }

  /**
   * Removes the user and its backend mappings.
   *
   * @throws StoreException {@code NOT_FOUND} if there is no such user
   */
  public void remove(String name) {
    changes.make(
        name,
        UserChange.Kind.REMOVED,
        (handle, now) -> {
          UserRows.remove(handle, name);
          MappingRows.removeAll(handle, name);
        });
  }

  /**
   * Adds users, all or none of them, and gives those that exist the new verifier.
   *
   * @param users each name once
   */
  public void importAll(List<ImportedUser> users) {
    users.forEach(
        user -> checkIterations("verifier of " + user.name(), user.verifier().iterations(), 1));
    changes.make(
        users.stream().map(ImportedUser::name).toList(),
        (handle, now) ->
            users.stream().map(user -> UserRows.importOne(handle, user, now)).toList());
  }

  /** As whom clients log in to backends. */
  public BackendMappings mappings() {
    return mappings;
  }

  /**
   * 32 random bytes that stay as long as the store does: the key of the salts that unknown users
   * seem to have. Closed by the store.
   */
  public Secret serverSecret() {
    return serverSecret;
  }

  /** The iteration count of new verifiers, and the one that unknown users seem to have. */
  public int iterations() {
    return iterations;
  }

  /**
   * Sets the iteration count of new verifiers; those that exist keep theirs.
   *
   * @param iterations {@value #MIN_ITERATIONS} to {@value #MAX_ITERATIONS}
   */
  public void setIterations(int iterations) {
    checkIterations("iterations", iterations, MIN_ITERATIONS);
    thread.write(
        handle -> {
          SettingRows.setIterations(handle, iterations);
          return iterations;
        });
    this.iterations = iterations;
  }

  private static void checkIterations(String what, int iterations, int least) {
    if (iterations < least || iterations > MAX_ITERATIONS) {
      throw StoreException.invalid(
          "%s: %d (expected: %d..%d)".formatted(what, iterations, least, MAX_ITERATIONS));
    }
  }

  /** Calls the listener after every change, on the thread that made it and before it returns. */
  public void onChange(Consumer<UserChange> listener) {
    changes.listen(listener);
  }

  @Override
  public void close() {
    try {
      thread.close();
    } finally {
      serverSecret.close();
    }
  }
}
