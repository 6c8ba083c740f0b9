package dev.postern.proxy.relay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements of a client by the names that it gave them: as it will be if all that is
 * under way succeeds.
 */
final class Names {
  /** What a name takes beside itself and the statement's text, in bytes. */
  private static final int OVERHEAD = 200;

  private final RequestQueue queue;

  /** The most that may be kept, in bytes. */
  private final long limit;

  /** What is kept, in bytes, as if none of the texts were another client's as well. */
  private long size;

  private final Map<String, Named> byName = new HashMap<>();

  /** Given or taken away by requests some of which may be under way. */
  private final Set<String> changed = new HashSet<>(0);

  Names(RequestQueue queue, long limit) {
    this.queue = queue;
    this.limit = limit;
  }

  /** Whether one more name may be given, to a text of that many bytes. */
  boolean hasRoomFor(String name, int textLength) {
    return size + sizeOf(name, textLength) <= limit;
  }

  private static long sizeOf(String name, int textLength) {
    return (long) OVERHEAD + name.length() + textLength;
  }

  private static long sizeOf(@Nullable Named named) {
    return named == null ? 0 : sizeOf(named.name(), named.statement().body().length);
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  /** What the name means; {@code null}: nothing. */
  @Nullable Named get(String name) {
    return byName.get(name);
  }

  /** Whether any name is uncertain. */
  boolean areUncertain() {
    return queue.cycles() > 0 && !changed.isEmpty();
  }

  /**
   * Whether what comes behind the Sync or Query under way may find another meaning: what has
   * changed it can fail, or be skipped up to there.
   */
  boolean isUncertain(String name) {
    return queue.cycles() > 0 && changed.contains(name);
  }

  void give(Named named) {
    changes(named.name());
    put(named);
  }

  void takeAway(Named named) {
    changes(named.name());
    size -= sizeOf(byName.remove(named.name()));
  }

  private void put(Named named) {
    Named before = byName.put(named.name(), named);
    size += sizeOf(named) - sizeOf(before);
  }

  private void changes(String name) {
    if (queue.isEmpty()) {
      changed.clear();
    }
    changed.add(name);
  }

  /** Another statement with the same text is meant from now on. */
  void replace(Named named, Named fresh) {
    byName.replace(named.name(), named, fresh);
  }

  /** It was not given after all. */
  void refused(Named named) {
    if (byName.remove(named.name(), named)) {
      size -= sizeOf(named);
    }
    named.goes();
  }

  /** It was not taken away after all. */
  void kept(Named named) {
    if (!named.isGone()) {
      put(named);
    }
  }

  /** The server has forgotten all that it has prepared so far. */
  void forgetPrepared() {
    Set<Named> later = new HashSet<>();
    queue.forEach(
        (what, kind) -> {
          Named named = named(what);
          if (kind == RequestQueue.PARSE && named != null) {
            later.add(named);
          }
        });
    queue.forEach(
        (what, kind) -> {
          Named named = named(what);
          if (named != null && !later.contains(named)) {
            named.goes(); // should it be taken away by a request that is skipped
          }
        });
    byName.values().retainAll(later);
    size = byName.values().stream().mapToLong(Names::sizeOf).sum();
  }

  private static @Nullable Named named(Object what) {
    return switch (what) {
      case Named named -> named;
      case ClientsWords.Again(Named named) -> named;
      case Deallocated(Named named, Object more) -> named;
      default -> null;
    };
  }

  /** A ReadyForQuery has come. */
  void ready() {
    if (queue.isEmpty()) {
      changed.clear();
    }
  }
}
