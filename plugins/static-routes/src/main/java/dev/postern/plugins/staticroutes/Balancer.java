package dev.postern.plugins.staticroutes;

import dev.postern.api.routing.Backend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Puts the backends of one route in the order in which a session is to try them. */
final class Balancer {
  private record Weighed(Backend backend, int count) {}

  private final List<TrackedBackend> backends;
  private final Balance balance;
  private final AtomicInteger turn = new AtomicInteger();

  Balancer(List<TrackedBackend> backends, Balance balance) {
    this.backends = backends;
    this.balance = balance;
  }

  /**
   * All backends: first one that was down and is due for a trial, if any; then those that are up,
   * by turn or by load; last, as a last resort, those that are down.
   */
  List<Backend> order(long now) {
    List<TrackedBackend> up = new ArrayList<>(backends.size());
    List<Backend> down = new ArrayList<>();
    TrackedBackend trial = null;
    for (TrackedBackend tracked : backends) {
      if (tracked.health().isUp()) {
        up.add(tracked);
      } else if (trial == null && tracked.health().claimTrial(now)) {
        trial = tracked;
      } else {
        down.add(tracked.backend());
      }
    }
    return concat(trial, spread(up, now), down);
  }

  private List<Backend> spread(List<TrackedBackend> up, long now) {
    if (up.size() < 2) {
      return up.stream().map(TrackedBackend::backend).toList();
    }
    Collections.rotate(up, -Math.floorMod(turn.getAndIncrement(), up.size()));
    return switch (balance) {
      case ROUND_ROBIN -> up.stream().map(TrackedBackend::backend).toList();
      // Counted once each: a count that changes while the list is sorted would upset the sort.
      case LEAST_CONNECTIONS ->
          up.stream()
              .map(tracked -> new Weighed(tracked.backend(), tracked.load().count(now)))
              .sorted(Comparator.comparingInt(Weighed::count))
              .map(Weighed::backend)
              .toList();
    };
  }

  private static List<Backend> concat(
      @Nullable TrackedBackend trial, List<Backend> up, List<Backend> down) {
    List<Backend> all = new ArrayList<>(up.size() + down.size() + 1);
    if (trial != null) {
      all.add(trial.backend());
    }
    all.addAll(up);
    all.addAll(down);
    return all;
  }
}
