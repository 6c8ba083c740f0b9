package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.DeadlineExceededException;
import dev.postern.proxy.pool.Errand;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.Question;
import dev.postern.proxy.pool.ServerParameters;
import dev.postern.proxy.pool.Share;
import dev.postern.proxy.pool.Waiter;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A virtual thread that waits for a connection of a pool, or for what it answers. */
final class PoolWait implements Waiter {
  /** A server that opened nothing for so long is taken for one that does not answer. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EventLoop eventLoop;
  private final Promise<PooledBackend> result;

  private PoolWait(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
    this.result = eventLoop.newPromise();
  }

  /**
   * Waits for a connection.
   *
   * @param login that waits, and is seen to
   * @param client the connection will be used on its event loop
   * @throws IOException if the server cannot be reached
   */
  static PooledBackend acquire(Pool pool, PooledLogin login, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    EventLoop eventLoop = client.eventLoop();
    PoolWait wait = new PoolWait(eventLoop);
    Share share = pool.share(eventLoop);
    eventLoop.execute(() -> share.acquire(wait));
    login.waitsFor(pool);
    long since = System.nanoTime();
    try {
      awaitOrGo(wait.result, client, "a server connection of pool " + pool.key());
      if (!wait.result.isDone()) {
        eventLoop.execute(() -> wait.giveUp(share));
        throw gone();
      }
      return result(wait.result);
    } catch (InterruptedException e) {
      eventLoop.execute(() -> wait.giveUp(share));
      throw e;
    } catch (DeadlineExceededException e) {
      eventLoop.execute(() -> wait.giveUp(share));
      if (System.nanoTime() - since >= SILENCE_NANOS && pool.open() <= pool.opening()) {
        throw e;
      }
      throw outOfTime(e);
    } finally {
      login.waitsNoMore();
    }
  }

  private void giveUp(Share share) {
    share.forget(this);
    if (!result.cancel(false) && result.isSuccess()) {
      result.getNow().giveBack();
    }
  }

  /** Runs statements on a connection; returns the first error, or {@code null}. */
  static @Nullable ErrorResponse ask(
      PooledBackend backend, List<String> statements, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    Promise<Optional<ErrorResponse>> answer = client.eventLoop().newPromise();
    Errand.runAnywhere(backend, statements, error -> answer.trySuccess(Optional.ofNullable(error)));
    return get(answer, client, "the server to take the client's settings").orElse(null);
  }

  /**
   * Waits for what another login asks.
   *
   * @return {@code null} if it has left without an answer
   */
  static @Nullable ServerParameters answer(
      Question question, Pool pool, PooledLogin login, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    Future<ServerParameters> answer = question.answer();
    if (!answer.isDone()) {
      login.waitsFor(pool);
      try {
        awaitOrGo(answer, client, "what the server makes of the client's settings");
      } catch (DeadlineExceededException e) {
        throw outOfTime(e);
      } finally {
        login.waitsNoMore();
      }
      if (!answer.isDone()) {
        throw gone();
      }
    }
    return answer.isCancelled() ? null : result(answer);
  }

  private static <T> T get(Future<T> future, BlockingChannel client, String waitingFor)
      throws SessionException, IOException, InterruptedException {
    awaitDone(future, client, waitingFor);
    return result(future);
  }

  private static void awaitDone(Future<?> future, BlockingChannel client, String waitingFor)
      throws SessionException, IOException, InterruptedException {
    try {
      client.awaitDone(future, waitingFor);
    } catch (DeadlineExceededException e) {
      throw outOfTime(e);
    }
  }

  /** Waits until the future is done, or the client has gone. */
  private static void awaitOrGo(Future<?> future, BlockingChannel client, String waitingFor)
      throws IOException, InterruptedException {
    Promise<@Nullable Void> over = client.eventLoop().newPromise();
    ChannelFuture closed = client.channel().closeFuture();
    ChannelFutureListener end = done -> over.trySuccess(null);
    future.addListener(done -> over.trySuccess(null));
    closed.addListener(end);
    try {
      client.awaitDone(over, waitingFor);
    } finally {
      closed.removeListener(end);
    }
  }

  private static SessionException gone() {
    return new SessionException(
        SqlState.CONNECTION_FAILURE,
        FailureKind.CLIENT,
        "the client closed the connection while it waited for a server connection");
  }

  /** A login that runs out of its time says nothing of the server. */
  private static SessionException outOfTime(DeadlineExceededException e) {
    return new SessionException(
        SqlState.QUERY_CANCELED,
        FailureKind.CLIENT,
        "canceling authentication due to timeout",
        String.valueOf(e.getMessage()),
        e);
  }

  private static <T> T result(Future<T> future) throws SessionException, IOException {
    switch (future.cause()) {
      case null -> {
        return future.getNow();
      }
      case SessionException refused -> throw refused;
      case IOException unreachable -> throw unreachable;
      case Throwable other -> throw new IOException(other);
    }
  }

  @Override
  public EventLoop eventLoop() {
    return eventLoop;
  }

  @Override
  public void granted(PooledBackend backend) {
    if (!result.trySuccess(backend)) {
      backend.giveBack();
    }
  }

  @Override
  public void refused(Exception cause) {
    result.tryFailure(cause);
  }
}
