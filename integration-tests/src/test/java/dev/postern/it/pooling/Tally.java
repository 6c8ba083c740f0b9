package dev.postern.it.pooling;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** How often something happened, by its name. For use by many threads. */
final class Tally {
  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

  void add(String name) {
    counts.computeIfAbsent(name, key -> new LongAdder()).increment();
  }

  long of(String name) {
    LongAdder count = counts.get(name);
    return count == null ? 0 : count.sum();
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
