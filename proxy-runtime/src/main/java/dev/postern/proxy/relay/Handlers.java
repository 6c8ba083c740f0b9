package dev.postern.proxy.relay;

import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.proxy.codec.TypeSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the interceptors of one session declared for one direction, in the order in which messages
 * pass them.
 *
 * @param <M> the direction's messages
 */
final class Handlers<M> {
  /** All types of the protocol are ASCII characters. */
  private static final int TYPES = 128;

  private final List<Handler<M>> inOrder = new ArrayList<>();
  private final Map<String, Consumer<UndecodedMessage>> undecoded = new HashMap<>();
  private TypeSet wanted = TypeSet.EMPTY;

  /** Types that nobody can do without, however large. */
  private TypeSet decoded = TypeSet.EMPTY;

  private boolean deciding;

  /**
   * By type those that want it, in the order of passage; found when a message of the type comes
   * first, when nothing is added any more.
   */
  @SuppressWarnings("unchecked")
  private Handler<M>[] @Nullable [] wanting = (Handler<M>[][]) new Handler<?>[0][];

  /**
   * @param place where it stands in the order of passage
   */
  void add(Handler<M> handler, int place) {
    inOrder.add(place, handler);
    deciding |= handler.isDeciding();
    wanted = wanted.union(handler.types());
    if (handler.isDeciding()) {
      decoded = decoded.union(handler.types());
    }
  }

  /** Whom an interceptor wants to be told instead, of what it observes and is too large. */
  void addUndecoded(String interceptor, Consumer<UndecodedMessage> handler) {
    undecoded.put(interceptor, handler);
  }

  /** Whether all who want messages of this type can do without those that are too large. */
  boolean mayPassUndecoded(byte type) {
    return !decoded.contains(type)
        && inOrder.stream()
            .filter(handler -> handler.types().contains(type))
            .allMatch(handler -> undecoded.containsKey(handler.interceptor()));
  }

  /** Tells each interceptor that wants messages of this type, once. */
  void passUndecoded(UndecodedMessage message) {
    byte type = (byte) message.type();
    Set<String> told = new HashSet<>();
    for (Handler<M> handler : inOrder) {
      if (handler.types().contains(type) && told.add(handler.interceptor())) {
        handler.tell(Objects.requireNonNull(undecoded.get(handler.interceptor())), message);
      }
    }
  }

  void want(byte type) {
    wanted = wanted.union(TypeSet.of(type));
    decoded = decoded.union(TypeSet.of(type));
  }

  /**
   * Shows a message to those that want it; for handlers all of which only observe.
   *
   * @param type of the message, which was decoded
   * @param upTo the place of the last interceptor that is shown it
   */
  void observe(byte type, M message, int upTo) {
    Handler<M>[] those = type < wanting.length ? wanting[type] : null;
    for (Handler<M> handler : those != null ? those : findWanting(type)) {
      if (handler.place() <= upTo && handler.isFor(message)) {
        handler.observe(message);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private Handler<M>[] findWanting(byte type) {
    Handler<M>[] found =
        inOrder.stream()
            .filter(handler -> handler.types().contains(type))
            .toArray(length -> (Handler<M>[]) new Handler<?>[length]);
    if (wanting.length == 0) {
      wanting = (Handler<M>[][]) new Handler<?>[TYPES][];
    }
    wanting[type] = found;
    return found;
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

  /** The session is over: what was called is counted. */
  void count() {
    inOrder.forEach(Handler::count);
  }

  Handler<M> get(int index) {
    return inOrder.get(index);
  }
}
