package dev.postern.proxy.pool;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What pools share on their servers. Safe for use by many threads. */
final class Quotas {
  /**
   * @param server its address
   * @param role whether the name is a role's, not a database's
   */
  private record Key(String server, boolean role, String name) {}

  private final ConcurrentMap<Key, Quota> quotas = new ConcurrentHashMap<>();

  private static List<Key> keys(PoolKey key) {
    String server = key.server().address();
    return List.of(new Key(server, false, key.database()), new Key(server, true, key.role()));
  }

  /** What the pool's connections count in from now on, until {@link #leave}: database, role. */
  List<Quota> enter(Pool pool) {
    return keys(pool.key()).stream().map(key -> enter(key, pool)).toList();
  }

  private Quota enter(Key key, Pool pool) {
    return quotas.compute(
        key,
        (same, known) -> {
          Quota quota = known == null ? new Quota(name(key)) : known;
          quota.enter(pool);
          return quota;
        });
  }

  private static String name(Key key) {
    return (key.role() ? "role \"" : "database \"") + key.name() + "\" on " + key.server();
  }

  void leave(Pool pool) {
    keys(pool.key())
        .forEach(
            key -> quotas.computeIfPresent(key, (same, quota) -> quota.leave(pool) ? null : quota));
  }
}
