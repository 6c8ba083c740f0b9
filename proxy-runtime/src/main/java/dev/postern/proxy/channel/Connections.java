package dev.postern.proxy.channel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of a server, to clients and to backends, and the event loops on which they live.
 * Thread-safe. Whoever makes it closes it.
 */
public final class Connections implements AutoCloseable {
  /** How long TLS gets to say goodbye on what is left, to peers that may not read. */
  private static final Duration GOODBYE = Duration.ofMillis(500);

  /** More than closing, or what follows it, takes on a loop that works. */
  private static final Duration CLOSING = Duration.ofSeconds(1);

  /** How long the event loops have to be without work before they end. */
  private static final Duration QUIET = Duration.ofMillis(100);

  /** After which the event loops end with work or without. */
  private static final Duration LAST_WORK = Duration.ofSeconds(2);

  /** An io_uring loop waits for the last of the kernel's answers, should one not come. */
  private static final Duration PATIENCE = LAST_WORK.plusSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(Connections.class);

  private final Transport transport;
  private final MultiThreadIoEventLoopGroup eventLoops;

  /** What comes into it after it was closed is closed as well. */
  private final ChannelGroup open = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

  public Connections(Transport transport, int eventLoops) {
    this.transport = transport;
    this.eventLoops = transport.newEventLoops(eventLoops);
  }

  public Transport transport() {
    return transport;
  }

  /** For bootstraps; ends with this. */
  public EventLoopGroup group() {
    return eventLoops;
  }

  public List<EventLoop> eventLoops() {
    List<EventLoop> loops = new ArrayList<>();
    eventLoops.forEach(loop -> loops.add((EventLoop) loop));
    return loops;
  }

  /** Makes a new connection ready, before it has any handler. */
  public void prepare(Channel connection) {
    transport.prepare(connection);
    open.add(connection);
  }

  /**
   * Closes the connections that are left, and ends the event loops; does not wait for ever. Further
   * calls do nothing.
   */
  @Override
  public void close() {
    if (eventLoops.isShuttingDown()) {
      return;
    }
    closeAll();
    Duration patience = settle() ? PATIENCE : LAST_WORK; // a loop that is held does not end
    eventLoops.shutdownGracefully(QUIET.toMillis(), LAST_WORK.toMillis(), TimeUnit.MILLISECONDS);
    if (!eventLoops.terminationFuture().awaitUninterruptibly(patience.toMillis())) {
      log.warn("event loops have not ended after {}, and are left behind", patience);
    }
  }

  private void closeAll() {
    open.close();
    Future<Void> closed = open.newCloseFuture();
    if (closed.awaitUninterruptibly(GOODBYE.toMillis())) {
      return;
    }
    for (Channel left : open) {
      left.eventLoop().execute(() -> left.unsafe().close(left.voidPromise()));
    }
    if (!closed.awaitUninterruptibly(CLOSING.toMillis())) {
      log.atWarn().addKeyValue("connections", open.size()).log("connections do not close");
    }
  }

  /**
   * Waits for what Netty does with a connection after it has closed it: only then is all cancelled
   * that it asked of io_uring. A loop that is told to end before that asks to be told when all is
   * done, which comes first in the kernel's queue: the one waits for the other (ADR 26).
   *
   * @return false if a loop does not come to it
   */
  private boolean settle() {
    boolean settled = true;
    long deadline = System.nanoTime() + CLOSING.toNanos();
    for (int i = 0; i < 2; i++) { // one is behind the closing, one behind the task that it left
      for (EventLoop loop : eventLoops()) {
        settled &=
            loop.submit(() -> {})
                .awaitUninterruptibly(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    }
    return settled;
  }
}
