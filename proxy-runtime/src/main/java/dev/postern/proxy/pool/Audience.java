package dev.postern.proxy.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who listens to which channels of a server. Names are as the server keeps them, a char for each
 * byte. Belongs to one event loop.
 */
final class Audience {
  private final Map<String, SharedChannel> channels = new LinkedHashMap<>();

  /** On how many channels each of them listens. */
  private final Map<Listener, Integer> counts = new LinkedHashMap<>();

  /** Whose clients have to read before more is read from the server. */
  private final Set<Listener> behind = new HashSet<>();

  /** Returns the channels of which the server has not said yet that it listens. */
  List<SharedChannel> add(Listener listener, Collection<String> names) {
    List<SharedChannel> unconfirmed = new ArrayList<>();
    for (String name : names) {
      SharedChannel channel = channels.computeIfAbsent(name, SharedChannel::new);
      if (channel.listeners.add(listener)) {
        counts.merge(listener, 1, Integer::sum);
      }
      if (!channel.confirmed) {
        unconfirmed.add(channel);
      }
    }
    return unconfirmed;
  }

  /** The server that listened is gone. */
  void unconfirmAll() {
    channels.values().forEach(channel -> channel.confirmed = false);
  }

  /** Returns the channels to which nobody listens any more. */
  List<String> remove(Listener listener, Collection<String> names) {
    List<String> deserted = new ArrayList<>();
    for (String name : names) {
      SharedChannel channel = channels.get(name);
      if (channel != null && channel.listeners.remove(listener)) {
        counts.computeIfPresent(listener, (key, count) -> count > 1 ? count - 1 : null);
        if (channel.listeners.isEmpty()) {
          channels.remove(name);
          deserted.add(name);
        }
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
  Collection<SharedChannel> channels() {
    return channels.values();
  }

  Collection<Listener> listenersTo(String channel) {
    SharedChannel known = channels.get(channel);
    return known == null ? Set.of() : known.listeners;
  }

  /** Each once. */
  Set<Listener> listeners() {
    return counts.keySet();
  }
}
