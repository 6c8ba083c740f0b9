package dev.postern.proxy.session;

import dev.postern.api.SessionException;
import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.channel.DeadlineExceededException;
import dev.postern.proxy.pool.Errand;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.Share;
import dev.postern.proxy.pool.Waiter;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A virtual thread that waits for a connection of a pool, or for what it answers. */
final class PoolWait implements Waiter {
  private final EventLoop eventLoop;
  private final CompletableFuture<PooledBackend> result = new CompletableFuture<>();

  private PoolWait(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
  }

  /**
   * Waits for a connection.
   *
   * @param eventLoop where it will be used
   * @throws IOException if the server cannot be reached
   */
  static PooledBackend acquire(Pool pool, EventLoop eventLoop, Deadline deadline)
      throws SessionException, IOException, InterruptedException {
    PoolWait wait = new PoolWait(eventLoop);
    Share share = pool.share(eventLoop);
    eventLoop.execute(() -> share.acquire(wait));
    try {
      return get(wait.result, deadline, "a server connection of pool " + pool.key());
    } catch (InterruptedException | DeadlineExceededException e) {
      eventLoop.execute(() -> wait.giveUp(share));
      throw e;
    }
  }

  private void giveUp(Share share) {
    share.forget(this);
    if (!result.cancel(false) && !result.isCompletedExceptionally()) {
      result.join().giveBack();
    }
  }

  /** Runs statements on a connection; returns the first error, or {@code null}. */
  static @Nullable ErrorResponse ask(
      PooledBackend backend, List<String> statements, EventLoop eventLoop, Deadline deadline)
      throws SessionException, IOException, InterruptedException {
    CompletableFuture<Optional<ErrorResponse>> answer = new CompletableFuture<>();
    Errand.runAnywhere(backend, statements, error -> answer.complete(Optional.ofNullable(error)));
    return get(answer, deadline, "the server to take the client's settings").orElse(null);
  }

  private static <T> T get(CompletableFuture<T> future, Deadline deadline, String waitingFor)
      throws SessionException, IOException, InterruptedException {
    try {
      return future.get(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new DeadlineExceededException(waitingFor);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SessionException refused -> throw refused;
        case IOException unreachable -> throw unreachable;
        case null, default -> throw new IOException(e.getCause());
      }
    }
  }

  @Override
  public EventLoop eventLoop() {
    return eventLoop;
  }

  @Override
  public void granted(PooledBackend backend) {
    if (!result.complete(backend)) {
      backend.giveBack();
    }
  }

  @Override
  public void refused(Exception cause) {
    result.completeExceptionally(cause);
  }
}
