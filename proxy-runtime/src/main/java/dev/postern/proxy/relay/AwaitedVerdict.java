package dev.postern.proxy.relay;

import dev.postern.api.intercept.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A message whose verdict is awaited, and what came after it.
 *
 * @param <M> the direction's messages
 */
final class AwaitedVerdict<M> {
  private final MessageFlow<M> flow;
  private final Relay relay;
  private final Handler<M> handler;
  private final ScheduledFuture<?> timeout;

  /** The message's way so far. */
  final Passage<M> passage;

  /** The message's bytes as they came. */
  final ByteBuf original;

  private ByteBuf behind;

  private AwaitedVerdict(
      MessageFlow<M> flow,
      Relay relay,
      EventLoop loop,
      Handler<M> handler,
      Passage<M> passage,
      ByteBuf original,
      ByteBuf behind) {
    this.flow = flow;
    this.relay = relay;
    this.handler = handler;
    this.passage = passage;
    this.original = original;
    this.behind = behind;
    timeout = loop.schedule(this::late, relay.interceptorTimeout().toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Begins to wait, up to the time that interceptors have.
   *
   * @param flow hears of the verdict on {@code loop}
   * @param original taken over, as is {@code behind}
   */
  static <M> AwaitedVerdict<M> of(
      Outcome.Waiting<M> waiting,
      MessageFlow<M> flow,
      Relay relay,
      EventLoop loop,
      Passage<M> passage,
      ByteBuf original,
      ByteBuf behind) {
    var awaited =
        new AwaitedVerdict<>(flow, relay, loop, waiting.handler(), passage, original, behind);
    waiting
        .verdict()
        .whenComplete(
            (verdict, failure) -> loop.execute(() -> awaited.completed(verdict, failure)));
    return awaited;
  }

  private void completed(@Nullable Verdict<M> verdict, @Nullable Throwable failure) {
    if (!flow.awaits(this)) {
      return;
    }
    if (failure == null && verdict != null) {
      timeout.cancel(false);
      flow.resume(this, verdict);
      return;
    }
    relay.interceptorFailed(
        handler.failure(
            failure != null ? failure : new NullPointerException("the verdict is null")));
  }

  private void late() {
    handler.failed();
    relay.interceptorLate(handler.interceptor());
  }

  /** More has come. */
  void append(ByteBuf bytes) {
    behind = flow.append(behind, bytes);
  }

  /** What came after the message. */
  ByteBuf behind() {
    return behind;
  }

  void release() {
    timeout.cancel(false);
    original.release();
    behind.release();
  }
}
