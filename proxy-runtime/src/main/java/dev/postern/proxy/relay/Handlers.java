package dev.postern.proxy.relay;

import dev.postern.api.intercept.Verdict;
import dev.postern.proxy.codec.TypeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the interceptors of one session declared for one direction, in the order in which messages
 * pass them.
 *
 * @param <M> the direction's messages
 */
final class Handlers<M> {
  /** One declaration: either {@code observer} or {@code decider} is set. */
  record Handler<M>(
      String interceptor,
      Class<? extends M> type,
      @Nullable Consumer<M> observer,
      @Nullable Function<M, Verdict<M>> decider) {}

  private final List<Handler<M>> inOrder = new ArrayList<>();
  private TypeSet wanted = TypeSet.EMPTY;
  private boolean deciding;

  /**
   * @param place where it stands in the order of passage
   * @param types the type bytes under which the message may come
   */
  void add(Handler<M> handler, int place, TypeSet types) {
    inOrder.add(place, handler);
    deciding |= handler.decider() != null;
    wanted = wanted.union(types);
  }

  void want(byte type) {
    wanted = wanted.union(TypeSet.of(type));
  }

  boolean isWanted(byte type) {
    return wanted.contains(type);
  }

  boolean isEmpty() {
    return inOrder.isEmpty();
  }

  /** Whether any handler may decide; if not, all are observers. */
  boolean isDeciding() {
    return deciding;
  }

  int size() {
    return inOrder.size();
  }

  Handler<M> get(int index) {
    return inOrder.get(index);
  }
}
