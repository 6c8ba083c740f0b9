package dev.postern.proxy.pool;

import java.util.LinkedHashSet;
import java.util.Set;

/** A channel of a server to which somebody listens. Belongs to its audience's event loop. */
final class SharedChannel {
  private final String name;

  /** Who listens. */
  final Set<Listener> listeners = new LinkedHashSet<>();

  /** Whether the server has said that it listens; if not, it may refuse to. */
  boolean confirmed;

  SharedChannel(String name) {
    this.name = name;
  }

  /** As the server keeps it, a char for each byte. */
  String name() {
    return name;
  }
}
