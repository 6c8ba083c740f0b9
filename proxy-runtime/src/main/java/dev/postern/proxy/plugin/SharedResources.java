package dev.postern.proxy.plugin;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * What several instances share, such as two of which one replaces the other. Safe for use by many
 * threads; one thing at a time is opened or closed.
 */
public final class SharedResources {
  private static final class Held {
    final AutoCloseable resource;
    int users;

    Held(AutoCloseable resource) {
      this.resource = resource;
    }
  }

  private final Map<String, Held> held = new HashMap<>();

  /**
   * One user more, for which it is opened if it is the first.
   *
   * @throws Exception what {@code opening} throws
   */
  public synchronized <R extends AutoCloseable> R take(
      String name, Class<R> type, Callable<? extends R> opening) throws Exception {
    Held there = held.get(name);
    if (there == null) {
      there = new Held(opening.call());
      held.put(name, there);
    }
    if (!type.isInstance(there.resource)) {
      throw new IllegalStateException(
          "what is shared as "
              + name
              + " is a "
              + there.resource.getClass().getName()
              + " (expected: "
              + type.getName()
              + ")");
    }
    there.users++;
    return type.cast(there.resource);
  }

  /** One user less; the last one closes it. */
  public synchronized void giveBack(String name) throws Exception {
    Held there = held.get(name);
    if (there != null && --there.users == 0) {
      held.remove(name);
      there.resource.close();
    }
  }
}
