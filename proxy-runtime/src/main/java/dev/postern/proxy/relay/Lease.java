package dev.postern.proxy.relay;

import dev.postern.api.session.CloseReason;
import dev.postern.proxy.pool.BackendUser;
import dev.postern.proxy.pool.PooledBackend;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The backend that a session has from its pool for the time being. */
final class Lease implements BackendUser {
  private final PooledRelay relay;
  private final ClientPort client;
  private final Outstanding outstanding;
  private final @Nullable Restoring restoring;
  private @Nullable PooledBackend backend;

  /** What the session's end has left in the middle of something. */
  private @Nullable PooledBackend abandoned;

  /** Who wants to cancel while the client's settings are restored; usually nobody. */
  private List<Promise<@Nullable CancelTarget>> delayedCancels = List.of();

  private boolean held;

  /** Whether the backend has said that it ends. */
  private boolean dying;

  /**
   * @param restoring {@code null} where the session keeps its backend
   * @param backend the first, if it has one from the start
   */
  Lease(
      PooledRelay relay,
      ClientPort client,
      Outstanding outstanding,
      @Nullable Restoring restoring,
      @Nullable PooledBackend backend) {
    this.relay = relay;
    this.client = client;
    this.outstanding = outstanding;
    this.restoring = restoring;
    this.backend = backend;
  }

  /** Hears of the first backend from now on. */
  void attach() {
    if (backend != null) {
      backend.attach(this);
    }
  }

  @Override
  public EventLoop eventLoop() {
    return client.eventLoop();
  }

  boolean hasBackend() {
    return backend != null;
  }

  PooledBackend backend() {
    PooledBackend current = backend;
    if (current == null) {
      throw new IllegalStateException("the session has no backend");
    }
    return current;
  }

  /** The session takes a backend. */
  void begin(PooledBackend free) {
    backend = free;
    free.attach(this);
    if (relay.isEnded()) {
      return;
    }
    updateReading();
    if (restoring != null) {
      restoring.taken(free);
    }
  }

  /**
   * Queues the bytes and takes them over; they leave with the next {@link #flush}. A write that
   * fails may end the session at once: what is still written behind it is dropped.
   */
  void write(ByteBuf bytes) {
    if (backend == null && relay.isEnded()) {
      bytes.release();
    } else {
      backend().write(bytes);
    }
  }

  void flush() {
    PooledBackend current = backend;
    if (current != null) {
      current.flush();
    }
  }

  /** Stops or resumes reading from whatever backend the session has. */
  void hold(boolean hold) {
    held = hold;
    updateReading();
  }

  /** Whether an interceptor decides about what the backend has sent. */
  boolean isHeld() {
    return held;
  }

  /** Reads from the backend as long as the client takes more. */
  void updateReading() {
    PooledBackend current = backend;
    if (current != null) {
      current.reading(client.takesMore() && !held && !relay.isHoldingReplies());
    }
  }

  @Override
  public void backendRead(PooledBackend from, ByteBuf bytes) {
    if (from != backend || relay.isEnded()) {
      from.unclaimed(bytes);
      return;
    }
    relay.backendRead(bytes);
    if (from == backend && !relay.isEnded() && outstanding.isSettled()) {
      relay.settlement().settled();
    }
    if (relay.isParting()) {
      relay.mayPart();
    }
  }

  @Override
  public void backendReadComplete(PooledBackend from) {
    client.flush();
  }

  @Override
  public void backendWritable(PooledBackend from, boolean writable) {
    if (from == backend && !relay.isEnded()) {
      client.backendFull(!writable);
    }
  }

  @Override
  public void backendClosed(PooledBackend from, @Nullable Throwable cause) {
    if (from != backend || relay.isEnded()) {
      return;
    }
    boolean unexplained = !relay.progress().atError();
    relay.end(
        CloseReason.BACKEND_CLOSED,
        cause == null
            ? "the backend closed the connection"
            : "the backend's connection failed: " + cause,
        unexplained ? Relay.connectionLost() : null);
  }

  /** The backend has said that it ends, and nobody has asked it anything. */
  void dies() {
    dying = true;
  }

  /**
   * Says what cancels what the backend does for this session, or {@code null} if it does nothing.
   * While the backend restores the client's settings, that has to wait: the cancel would hit what
   * is Postern's own, and the client's query run without them.
   */
  void cancel(Promise<@Nullable CancelTarget> target) {
    boolean restores = outstanding.queue.first() == (RequestQueue.QUERY | RequestQueue.OWN);
    if (restores && !relay.isEnded()) {
      delayedCancels = new ArrayList<>(delayedCancels);
      delayedCancels.add(target);
    } else {
      tell(target);
    }
  }

  private void tell(Promise<@Nullable CancelTarget> target) {
    CancelTarget found = cancelTarget();
    if (!target.trySuccess(found) && found != null) {
      found.over().over(true); // nobody waits for it any more
    }
  }

  private @Nullable CancelTarget cancelTarget() {
    PooledBackend working =
        relay.isEnded() ? abandoned : outstanding.queue.isEmpty() ? null : backend;
    return working == null ? null : CancelTarget.of(working);
  }

  /** The backend has the client's settings, or never will. */
  void restored() {
    if (!delayedCancels.isEmpty()) {
      List<Promise<@Nullable CancelTarget>> all = delayedCancels;
      delayedCancels = List.of();
      all.forEach(this::tell);
    }
  }

  /** Between two transactions the session needs none. */
  void giveBack() {
    PooledBackend last = backend();
    backend = null;
    if (restoring != null) {
      restoring.givenBack(last);
    }
    outstanding.queue.trim();
    client.flush();
    if (dying) {
      dying = false;
      last.discard(false);
    } else {
      last.giveBack();
    }
  }

  /**
   * The session has ended.
   *
   * @param cleaning statements that make the backend fit for the next user; {@code null} if it may
   *     be in the middle of something, and nobody can have it
   * @param spoilt whether these do not help
   * @return whether it may still be working on what the client asked
   */
  boolean end(@Nullable List<String> cleaning, boolean spoilt) {
    boolean busy = leave(cleaning, spoilt);
    restored();
    return busy;
  }

  private boolean leave(@Nullable List<String> cleaning, boolean spoilt) {
    PooledBackend last = backend;
    backend = null;
    if (last == null || !last.isOpen()) {
      return false;
    }
    if (cleaning != null && !dying) {
      if (spoilt) {
        last.discard(false);
      } else {
        last.giveBack(cleaning);
      }
      return false;
    }
    abandoned = last;
    last.discard(true);
    return true;
  }

  /** Whether a backend that the session's end has left is open. Any thread. */
  boolean isAbandonedOpen() {
    PooledBackend left = abandoned;
    return left != null && left.isOpen();
  }

  /** Runs a task when it is not open any more, at once if there is none. */
  void whenAbandonedClosed(Runnable task) {
    PooledBackend left = abandoned;
    if (left == null) {
      task.run();
    } else {
      left.whenClosed(task);
    }
  }
}
