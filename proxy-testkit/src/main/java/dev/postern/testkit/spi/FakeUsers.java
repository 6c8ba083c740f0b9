package dev.postern.testkit.spi;

import dev.postern.api.user.StoredUser;
import dev.postern.api.user.UserDirectory;
import dev.postern.api.user.UserDirectoryException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Users in memory. Safe for use by many threads. */
public final class FakeUsers implements UserDirectory {
  private final Map<String, StoredUser> users = new ConcurrentHashMap<>();
  private volatile @Nullable UserDirectoryException failure;

  /** Adds a user, or replaces the one of that name. */
  public FakeUsers put(StoredUser user) {
    users.put(user.name(), user);
    return this;
  }

  public FakeUsers remove(String name) {
    users.remove(name);
    return this;
  }

  /** From now on every look-up fails, as if the store could not be read. */
  public FakeUsers failWith(String message) {
    failure = new UserDirectoryException(message, new IllegalStateException("on purpose"));
    return this;
  }

  @Override
  public Optional<StoredUser> find(String name) {
    UserDirectoryException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
    return Optional.ofNullable(users.get(name));
  }
}
