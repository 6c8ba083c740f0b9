package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a client that listens is to get, once its notifications have come that belong before it: a
 * server sends those of a transaction before the ReadyForQuery that ends it.
 */
final class HeldReplies {
  /** A place before which notifications belong. */
  static final class Fence {
    /** What the client listened to there. */
    private final Set<String> channels;

    private boolean passed;

    private Fence(Set<String> channels) {
      this.channels = channels;
    }
  }

  private final Deque<Object> held = new ArrayDeque<>();

  boolean isEmpty() {
    return held.isEmpty();
  }

  /** What the client listened to at the first fence; {@code now} if there is none. */
  Set<String> channels(Set<String> now) {
    return held.peek() instanceof Fence first ? first.channels : now;
  }

  /** What is added from now on waits until the fence is passed. */
  Fence fence(Set<String> channels) {
    Fence fence = new Fence(channels);
    held.add(fence);
    return fence;
  }

  /** Takes the bytes over. */
  void add(ByteBuf bytes) {
    held.add(bytes);
  }

  /**
   * The notifications have come.
   *
   * @param before hears at each fence that can be left behind what the client listened to there
   * @param client gets the bytes behind those, which it takes over
   */
  void pass(Fence fence, Consumer<Set<String>> before, Consumer<ByteBuf> client) {
    fence.passed = true;
    while (held.peek() instanceof Fence first && first.passed) {
      held.remove();
      before.accept(first.channels);
      while (held.peek() instanceof ByteBuf bytes) {
        held.remove();
        client.accept(bytes);
      }
    }
  }

  /** Waits for nothing any more. */
  void passAll(Consumer<ByteBuf> client) {
    while (!held.isEmpty()) {
      if (held.remove() instanceof ByteBuf bytes) {
        client.accept(bytes);
      }
    }
  }
}
