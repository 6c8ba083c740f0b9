package dev.postern.proxy.relay;

import dev.postern.proxy.sql.Effects;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What a client is to be told of that ties its session to its backend: at the end of the cycle in
 * which it did so, though it may have sent many others meanwhile.
 */
final class PinNotices {
  /**
   * @param ready which ReadyForQuery ends the cycle, counted from the session's first
   */
  private record Untold(long ready, int pins) {}

  private final RequestQueue queue;
  private final ArrayDeque<Untold> untold = new ArrayDeque<>();

  /** How many ReadyForQuery have come. */
  private long readies;

  PinNotices(RequestQueue queue) {
    this.queue = queue;
  }

  /**
   * Something new ties the session.
   *
   * @param answered whether an answer has shown that, not a request
   */
  void pinned(int pins, boolean answered) {
    untold.add(new Untold(readies + (answered ? 0 : queue.cycles()) + 1, pins));
  }

  /** A ReadyForQuery has come; returns what is to be said before it of the pins that are left. */
  List<String> ready(int left) {
    readies++;
    int due = 0;
    Untold first;
    while ((first = untold.peek()) != null && first.ready() <= readies) {
      due |= untold.remove().pins();
    }
    return due == 0 ? List.of() : Effects.notices(due & left);
  }
}
