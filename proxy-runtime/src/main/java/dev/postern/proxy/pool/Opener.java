package dev.postern.proxy.pool;

import dev.postern.api.SessionException;
import dev.postern.proxy.backend.BackendConnection;
import dev.postern.proxy.backend.BackendLogins;
import dev.postern.proxy.backend.Greeting;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;

/** Opens connections for pools, each on a virtual thread. Safe for use by many threads. */
final class Opener {
  private final BackendLogins logins;
  private final Duration timeout;

  /**
   * @param timeout for a connection, from its start to the server's first ReadyForQuery
   */
  Opener(BackendLogins logins, Duration timeout) {
    this.logins = logins;
    this.timeout = timeout;
  }

  /**
   * A connection on which the server is ready for a query.
   *
   * @param connection still to be handed over
   */
  record Opened(BackendConnection connection, Greeting greeting) {}

  /** Who wants a connection. Called once, on the event loop that it is for. */
  interface Receiver {
    void opened(Opened opened);

    /**
     * There is none.
     *
     * @param ofTheServer whether the server takes no connections now, of nobody: the next attempt
     *     waits by itself until it may be made
     */
    void failed(Exception cause, boolean ofTheServer);
  }

  /** Opens one; the share hears of it on its loop. */
  void open(Share share) {
    open(
        share.pool(),
        share.loop(),
        timeout,
        new Receiver() {
          @Override
          public void opened(Opened opened) {
            hand(share, opened.connection(), opened.greeting());
          }

          @Override
          public void failed(Exception cause, boolean ofTheServer) {
            share.openingFailed(cause, ofTheServer);
          }
        });
  }

  /**
   * Opens one for the event loop.
   *
   * @param limit as for others, if that is shorter
   */
  void open(Pool pool, EventLoop loop, Duration limit, Receiver receiver) {
    Duration within = limit.compareTo(timeout) < 0 ? limit : timeout;
    Thread.ofVirtual().name("open-" + pool.key()).start(() -> run(pool, loop, within, receiver));
  }

  private void run(Pool pool, EventLoop loop, Duration within, Receiver receiver) {
    PoolKey key = pool.key();
    BackendConnection connection = null;
    boolean reached = false;
    try {
      connection =
          logins.logIn(key.server(), pool.credentials(), key.startup(), loop, Deadline.in(within));
      reached = true;
      Opened opened = new Opened(connection, Greeting.read(connection, (message, bytes) -> {}));
      loop.execute(() -> receiver.opened(opened));
      connection = null;
    } catch (IOException | SessionException e) {
      boolean ofTheServer = !reached && BackendLogins.isOfTheServer(e);
      loop.execute(() -> receiver.failed(e, ofTheServer));
    } catch (InterruptedException e) {
      loop.execute(() -> receiver.failed(new IOException("interrupted", e), false));
    } catch (RuntimeException e) {
      loop.execute(() -> receiver.failed(new IOException(e), false));
    } finally {
      if (connection != null) {
        connection.close();
      }
    }
  }

  private static void hand(Share share, BackendConnection connection, Greeting greeting) {
    BlockingChannel blocking = connection.channel();
    if (!blocking.channel().isActive()) {
      connection.close();
      share.openingFailed(
          new IOException("the server closed the connection after the login"), false);
      return;
    }
    Pool pool = share.pool();
    PooledBackend backend =
        new PooledBackend(
            share,
            blocking.channel(),
            connection.backend(),
            blocking.remoteAddress(),
            greeting.key(),
            connection.loginMethod(),
            pool.greeted(ServerParameters.of(greeting.parameters())),
            pool.expiry(System.nanoTime()));
    ByteBuf rest = blocking.handOver(backend.port());
    blocking.channel().config().setAutoRead(true);
    backend.port().readIdle(rest);
    share.opened(backend);
  }
}
