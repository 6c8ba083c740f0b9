package dev.postern.proxy.pool;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Query;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Statements of Postern's own on a connection that nobody else has: to clean it, to look at it. */
public final class Errand implements BackendUser {
  /** A server that takes longer is given up, in seconds. */
  private static final int TIMEOUT_SECONDS = 10;

  private static final int HEADER_LENGTH = 5;

  private final PooledBackend backend;
  private final EventLoop loop;
  private final Consumer<@Nullable ErrorResponse> done;
  private final BackendFrames frames = new BackendFrames();
  private final ScheduledFuture<?> timeout;
  private int outstanding;
  private @Nullable ErrorResponse error;
  private boolean over;
  private boolean answered;
  private boolean inTransaction;

  private Errand(PooledBackend backend, int queries, Consumer<@Nullable ErrorResponse> done) {
    this.backend = backend;
    this.loop = backend.home();
    this.outstanding = queries;
    this.done = done;
    timeout =
        loop.schedule(
            () -> end(lost("the server did not answer within " + TIMEOUT_SECONDS + " s")),
            TIMEOUT_SECONDS,
            TimeUnit.SECONDS);
  }

  /**
   * Runs statements one after the other, each on its own, in one round trip. Called on the
   * connection's home loop, as is {@code done}.
   *
   * @param done told the first error, or {@code null} if there was none; the connection is then
   *     idle, unless it is closed
   */
  public static void run(
      PooledBackend backend, List<String> queries, Consumer<@Nullable ErrorResponse> done) {
    Errand errand = new Errand(backend, queries.size(), done);
    backend.attach(errand);
    if (errand.over) {
      return;
    }
    backend.prepared().unnamedOwner(null); // which a simple query ends
    ByteBuf out = backend.channel().alloc().buffer();
    queries.forEach(query -> FrontendCodec.encode(new Query(query), out));
    backend.write(out);
    backend.flush();
  }

  /** The same, called on any thread. */
  public static void runAnywhere(
      PooledBackend backend, List<String> queries, Consumer<@Nullable ErrorResponse> done) {
    backend.home().execute(() -> run(backend, queries, done));
  }

  /** Whether the server owes no answer any more, and is in no transaction. */
  boolean isSettled() {
    return answered && !inTransaction;
  }

  /** Whoever wanted to know waits no longer. */
  void abandon() {
    end(lost("nobody waits for the answer"));
  }

  private static ErrorResponse lost(String why) {
    return ErrorResponse.fatal(SqlState.CONNECTION_FAILURE, why);
  }

  private void end(@Nullable ErrorResponse why) {
    if (!over) {
      over = true;
      timeout.cancel(false);
      frames.release();
      done.accept(why);
    }
  }

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  @Override
  public void backendRead(PooledBackend from, ByteBuf bytes) {
    if (over) {
      backend.unclaimed(bytes);
    } else if (!frames.accept(backend.channel().alloc(), bytes, this::read)) {
      end(lost("the server's answer is not in order"));
    } else if (outstanding == 0 && frames.isEmpty()) {
      answered = true;
      end(error);
    }
  }

  private boolean read(byte type, ByteBuf message) {
    switch (type) {
      case 'Z' -> {
        outstanding--;
        if (message.getByte(message.readerIndex() + HEADER_LENGTH) != 'I') {
          inTransaction = true;
          error = error == null ? lost("a transaction is still open") : error;
        }
      }
      case 'S' -> {
        return backend.report(message);
      }
      case 'E' -> {
        try {
          int at = message.readerIndex() + HEADER_LENGTH;
          ErrorResponse response =
              (ErrorResponse)
                  BackendCodec.decode(type, message.slice(at, message.writerIndex() - at));
          error = error == null ? response : error;
        } catch (ProtocolException e) {
          return false;
        }
      }
      default -> {}
    }
    return outstanding >= 0;
  }

  @Override
  public void backendReadComplete(PooledBackend from) {}

  @Override
  public void backendWritable(PooledBackend from, boolean writable) {}

  @Override
  public void backendClosed(PooledBackend from, @Nullable Throwable cause) {
    end(error != null ? error : lost("the server closed the connection"));
  }
}
