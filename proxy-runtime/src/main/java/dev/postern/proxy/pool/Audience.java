package dev.postern.proxy.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who listens to which channels of a server. Names are as the server keeps them, a char for each
 * byte. Belongs to one event loop.
 */
final class Audience {
  private final Map<String, Set<Listener>> channels = new LinkedHashMap<>();

  /** Whose clients have to read before more is read from the server. */
  private final Set<Listener> behind = new HashSet<>();

  /** Returns the channels to which nobody has listened so far. */
  List<String> add(Listener listener, Collection<String> names) {
    List<String> fresh = new ArrayList<>();
    for (String name : names) {
      channels
          .computeIfAbsent(
              name,
              added -> {
                fresh.add(added);
                return new LinkedHashSet<>();
              })
          .add(listener);
    }
    return fresh;
  }

  /** Returns the channels to which nobody listens any more. */
  List<String> remove(Listener listener, Collection<String> names) {
    List<String> deserted = new ArrayList<>();
    for (String name : names) {
      Set<Listener> listeners = channels.get(name);
      if (listeners != null && listeners.remove(listener) && listeners.isEmpty()) {
        channels.remove(name);
        deserted.add(name);
      }
    }
    return deserted;
  }

  /** A listener's client has to read first, or has. */
  void behind(Listener listener, boolean isBehind) {
    if (isBehind) {
      behind.add(listener);
    } else {
      behind.remove(listener);
    }
  }

  /** Whether all clients have read enough for more to be read from the server. */
  boolean takesMore() {
    return behind.isEmpty();
  }

  boolean isEmpty() {
    return channels.isEmpty();
  }

  /** The channels to which somebody listens. */
  Collection<String> channels() {
    return channels.keySet();
  }

  Collection<Listener> listenersTo(String channel) {
    return channels.getOrDefault(channel, Set.of());
  }

  /** Each once. */
  Set<Listener> listeners() {
    return channels.values().stream()
        .flatMap(Set::stream)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
