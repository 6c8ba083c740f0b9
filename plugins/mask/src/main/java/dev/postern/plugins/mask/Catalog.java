package dev.postern.plugins.mask;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one database's catalog says, renewed while sessions need it. {@link #rules} may be asked by
 * any thread and never waits.
 */
final class Catalog {
  /** A snapshot, when it was taken, and what policies mean by it. */
  private record Known(Snapshot snapshot, long takenAt, Map<List<ColumnConfig>, Rules> rules) {}

  private static final Logger log = LoggerFactory.getLogger(Catalog.class);

  private final CatalogKey key;
  private final CatalogConnector connector;
  private final List<ColumnConfig> configured;
  private final LongSupplier nanoTime;
  private final long maxAgeNanos;
  private final Function<List<ColumnConfig>, Function<Snapshot, Rules>> maker;

  private volatile @Nullable Known known;

  /** Guarded by this, as are {@code failing} and {@code closed}. */
  private @Nullable Connection connection;

  private boolean failing;
  private boolean closed;

  /** Sessions that need it; guarded by {@link Catalogs}. */
  int sessions;

  Catalog(
      CatalogKey key,
      CatalogConnector connector,
      List<ColumnConfig> configured,
      LongSupplier nanoTime,
      long maxAgeNanos,
      Function<List<ColumnConfig>, Function<Snapshot, Rules>> maker) {
    this.key = key;
    this.connector = connector;
    this.configured = configured;
    this.nanoTime = nanoTime;
    this.maxAgeNanos = maxAgeNanos;
    this.maker = maker;
  }

  CatalogKey key() {
    return key;
  }

  /** What policies with these columns mean; {@code null}: not known, or not any more. */
  @Nullable Rules rules(List<ColumnConfig> columns) {
    Known now = known;
    if (now == null || nanoTime.getAsLong() - now.takenAt() > maxAgeNanos) {
      return null;
    }
    return now.rules().computeIfAbsent(columns, each -> maker.apply(each).apply(now.snapshot()));
  }

  /**
   * Asks the server, if nobody has since {@code nanos}; blocks.
   *
   * @return whether the server has answered
   */
  synchronized boolean refresh(long nanos) {
    Known before = known;
    if (before != null && before.takenAt() - nanos > 0) {
      return true;
    }
    if (closed) { // meanwhile: nobody would close another connection
      return false;
    }
    long now = nanoTime.getAsLong();
    try {
      if (connection == null) {
        connection = connector.connect(key);
      }
      Snapshot snapshot = new CatalogReader(connection, configured).read();
      known = new Known(snapshot, now, rules(snapshot, before));
      if (failing) {
        failing = false;
        log.atInfo().addKeyValue("database", key).log("the catalog can be read again");
      }
      return true;
    } catch (SQLException e) {
      disconnect();
      if (!failing) {
        failing = true;
        log.atWarn()
            .addKeyValue("database", key)
            .addKeyValue("sqlState", e.getSQLState())
            .addKeyValue("reason", e.getMessage())
            .log("the catalog cannot be read; sessions under a masking policy will be refused");
      }
      return false;
    }
  }

  /** What was asked for before will be asked for again, on event loops: it is made here. */
  private Map<List<ColumnConfig>, Rules> rules(Snapshot snapshot, @Nullable Known before) {
    Map<List<ColumnConfig>, Rules> rules = new ConcurrentHashMap<>();
    if (before != null) {
      before.rules().keySet().forEach(each -> rules.put(each, maker.apply(each).apply(snapshot)));
    }
    return rules;
  }

  /** Asks the server on a thread of the executor's: whether it has answered. */
  CompletableFuture<Boolean> ask(Executor executor) {
    long asked = nanoTime.getAsLong();
    return CompletableFuture.supplyAsync(() -> refresh(asked), executor);
  }

  /** No session needs it any more; it asks nothing from now on. */
  synchronized void close() {
    closed = true;
    disconnect();
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        log.atDebug().addKeyValue("database", key).log("closing failed", e);
      }
    }
  }
}
