package dev.postern.proxy.user;

import dev.postern.api.user.StoredUser;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The users that were looked up last, names that nobody has included: so an unknown name takes no
 * longer than a known one, and a flood of either costs bounded memory. Safe for use by many
 * threads.
 */
final class UserCache {
  /** How many names are remembered. */
  static final int CAPACITY = 4096;

  private final Map<String, Optional<StoredUser>> users =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<StoredUser>> eldest) {
          return size() > CAPACITY;
        }
      };

  private long changes;

  Optional<StoredUser> find(String name, Function<String, Optional<StoredUser>> load) {
    long before;
    synchronized (users) {
      Optional<StoredUser> known = users.get(name);
      if (known != null) {
        return known;
      }
      before = changes;
    }
    Optional<StoredUser> loaded = load.apply(name);
    synchronized (users) {
      // What was read before a change must not be remembered after it.
      if (changes == before) {
        users.put(name, loaded);
      }
    }
    return loaded;
  }

  void forget(Collection<String> names) {
    synchronized (users) {
      changes++;
      names.forEach(users::remove);
    }
  }
}
