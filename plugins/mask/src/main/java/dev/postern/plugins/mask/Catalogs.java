package dev.postern.plugins.mask;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The catalogs of all databases whose sessions are under a policy. Each database has one connection
 * while it has sessions, and a while longer. Safe for use by many threads.
 */
final class Catalogs implements AutoCloseable {
  private final Executor threads;
  private final Function<CatalogKey, Catalog> maker;
  private final Map<CatalogKey, Catalog> open = new HashMap<>();

  /**
   * Without any yet.
   *
   * @param threads may wait for servers
   */
  Catalogs(Executor threads, Function<CatalogKey, Catalog> maker) {
    this.threads = threads;
    this.maker = maker;
  }

  /** For a session that begins; blocks until the catalog has been read once, or could not be. */
  Catalog acquire(CatalogKey key) {
    Catalog catalog;
    synchronized (open) {
      catalog = open.computeIfAbsent(key, maker);
      catalog.sessions++;
    }
    if (catalog.rules(List.of()) == null) {
      catalog.refresh(System.nanoTime());
    }
    return catalog;
  }

  /** The session has ended. */
  void release(Catalog catalog) {
    synchronized (open) {
      catalog.sessions--;
    }
  }

  /** Where to ask a server. */
  Executor threads() {
    return threads;
  }

  /** Asks all servers anew, and leaves those that no session needs. */
  void renew() {
    List<Catalog> wanted;
    List<Catalog> unused;
    synchronized (open) {
      unused = open.values().stream().filter(catalog -> catalog.sessions == 0).toList();
      unused.forEach(catalog -> open.remove(catalog.key()));
      wanted = List.copyOf(open.values());
    }
    unused.forEach(Catalog::close);
    for (Catalog catalog : wanted) {
      long now = System.nanoTime();
      threads.execute(() -> catalog.refresh(now));
    }
  }

  @Override
  public void close() {
    synchronized (open) {
      open.values().forEach(Catalog::close);
      open.clear();
    }
  }
}
