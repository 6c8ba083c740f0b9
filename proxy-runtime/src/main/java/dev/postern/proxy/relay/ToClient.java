package dev.postern.proxy.relay;

import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.codec.BackendCodec;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The way of replies to the client of a pooled session: behind the notifications that belong before
 * them, and through the interceptors, where there are any.
 */
final class ToClient {
  private final ClientPort client;
  private final @Nullable Flow interceptors;
  private @Nullable HeldReplies held;

  /**
   * @param interceptors {@code null} where none wants to see anything
   */
  ToClient(ClientPort client, @Nullable Flow interceptors) {
    this.client = client;
    this.interceptors = interceptors;
  }

  /** Takes the bytes over. */
  void accept(ByteBuf bytes) {
    if (held != null) {
      held.add(bytes);
    } else {
      pass(bytes);
    }
  }

  /** The same, before what is held. */
  void pass(ByteBuf bytes) {
    if (interceptors != null) {
      interceptors.accept(bytes);
    } else {
      client.write(bytes);
    }
  }

  /** What is accepted from now on is held there; {@code null}: nowhere, it goes on. */
  void hold(@Nullable HeldReplies replies) {
    held = replies;
  }

  boolean isHolding() {
    return held != null;
  }

  /**
   * Tells the client why its session ends, if what it has received so far ends with a whole
   * message.
   *
   * @param replies where they come from
   */
  void end(ErrorResponse error, Flow replies) {
    Flow last = interceptors == null ? replies : interceptors;
    if (last.atMessageBoundary() && client.channel().isActive()) {
      ByteBuf encoded = client.alloc().buffer();
      BackendCodec.encode(error, encoded);
      client.write(encoded);
    }
  }

  void close() {
    if (interceptors != null) {
      interceptors.close();
    }
  }
}
