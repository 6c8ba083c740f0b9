package dev.postern.proxy.user;

import dev.postern.api.Secret;
import dev.postern.proxy.user.StoreException.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * As whom the sessions of a client log in to backends, where that is neither the client's own name
 * nor in the configuration. Safe for use by many threads; lives as long as its {@link UserStore};
 * methods block and throw {@link StoreException} as the store's do.
 */
public final class BackendMappings {
  private final StoreThread thread;
  private final StoreChanges changes;
  private final BackendPasswordCipher cipher;

  /** Counts changes after they were committed. */
  private final AtomicLong changesMade = new AtomicLong();

  /**
   * After so many changes there was no mapping at all, so that most logins need not ask the store.
   */
  private volatile long emptyAfter = -1;

  BackendMappings(StoreThread thread, StoreChanges changes, BackendPasswordCipher cipher) {
    this.thread = thread;
    this.changes = changes;
    this.cipher = cipher;
  }

  /**
   * Looks at the key of the backend passwords without a store.
   *
   * @throws StoreException if the file is missing, open to others, or holds no key
   */
  public static void checkKey(Path file) {
    new BackendPasswordCipher(file).check();
  }

  /** All of them, in the order of user and route. */
  public List<BackendMapping> list() {
    return thread.read(MappingRows::list);
  }

  /**
   * Takes the place of what was set for the same user and route before.
   *
   * @param user the name that the client proves; need not be a user of this store
   * @param route the route for which it counts; {@code null}: every route that has no mapping of
   *     its own
   * @param role the role on the server
   * @param password the role's password, sealed before it is stored, or {@code null}. Not closed
   */
  public void set(String user, @Nullable String route, String role, @Nullable Secret password) {
    Names.check("user", user);
    Names.check("role", role);
    String column = MappingRows.column(route);
    if (password != null && password.isEmpty()) {
      throw StoreException.invalid("password: empty");
    }
    changes.make(
        user,
        UserChange.Kind.MAPPING_CHANGED,
        (handle, now) ->
            MappingRows.set(
                handle, user, column, role, seal(handle, user, column, role, password), now));
    changesMade.incrementAndGet();
  }

  private byte @Nullable [] seal(
      Handle handle, String user, String route, String role, @Nullable Secret password) {
    if (password == null) {
      return null;
    }
    if (!cipher.hasKey()) {
      if (MappingRows.anySealed(handle)) {
        throw new StoreException(
            Reason.CONFLICT,
            "the key file is missing, and passwords are sealed with it: "
                + "bring it back, or remove their mappings first");
      }
      cipher.createKey();
    }
    return cipher.seal(user, route, role, password);
  }

  /**
   * Takes a mapping away.
   *
   * @throws StoreException {@code NOT_FOUND} if there is none for this very user and route
   */
  public void remove(String user, @Nullable String route) {
    String column = MappingRows.column(route);
    changes.make(
        user,
        UserChange.Kind.MAPPING_CHANGED,
        (handle, now) -> MappingRows.remove(handle, user, column));
    changesMade.incrementAndGet();
  }

  /**
   * What the client's session logs in with to a backend of the route.
   *
   * @return empty if there is no mapping; the caller closes it
   * @throws StoreException {@code FAILED} if the store cannot be read or the password not be opened
   */
  public Optional<BackendCredential> credential(String user, String route) {
    long changesSeen = changesMade.get();
    if (emptyAfter == changesSeen) {
      return Optional.empty();
    }
    Optional<BackendCredential> found =
        thread
            .read(handle -> MappingRows.find(handle, user, route))
            .map(row -> new BackendCredential(row.role(), open(user, row)));
    if (found.isEmpty() && thread.read(MappingRows::isEmpty)) {
      emptyAfter = changesSeen;
    }
    return found;
  }

  private @Nullable Secret open(String user, MappingRows.SealedMapping found) {
    return found.password() == null
        ? null
        : cipher.open(user, found.route(), found.role(), found.password().toByteArray());
  }
}
