package dev.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that follows a script on each of its connections, for what a real server would not do.
 * Listens on a free port of the loopback interface. A connection is closed when its script returns.
 * What a script expected in vain fails {@link #close()}; that the other end went away does not.
 */
public final class FakeBackend implements AutoCloseable {
  /** What the server does on one connection; runs on a virtual thread of its own and may block. */
  @FunctionalInterface
  public interface Script {
    void play(WireServer connection) throws Exception;
  }

  /** How long a script may go on when its backend closes, on a busy machine. */
  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  private final ServerSocket listener;
  private final Script script;
  private final ExecutorService playing =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("fake-backend-", 0).factory());
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<WireServer> open = ConcurrentHashMap.newKeySet();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  private FakeBackend(Script script) throws IOException {
    this.script = script;
    this.listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
  }

  /** Listens; the caller closes it. */
  public static FakeBackend start(Script script) {
    try {
      FakeBackend backend = new FakeBackend(script);
      backend.playing.execute(backend::accept);
      return backend;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many connections have been accepted so far. */
  public int connections() {
    return connections.get();
  }

  /** How many connections are open now. */
  public int openConnections() {
    return open.size();
  }

  /**
   * Closes the listener and all connections, interrupts the scripts and waits until they have
   * ended; then throws what a script expected in vain.
   */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(WireServer::close);
    awaitScripts();
    Throwable failure = failures.peek();
    if (failure != null) {
      throw new AssertionError(
          "the script of the fake backend failed: " + failure.getMessage(), failure);
    }
  }

  private void awaitScripts() {
    playing.shutdownNow();
    try {
      if (!playing.awaitTermination(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        failures.add(new AssertionError("still playing after " + END_LIMIT));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        WireServer connection = new WireServer(socket, connections.incrementAndGet());
        open.add(connection);
        playing.execute(() -> play(connection));
      } catch (RejectedExecutionException e) {
        open.forEach(WireServer::close); // one that came while the backend closed
        return;
      } catch (IOException e) {
        if (!closed) {
          failures.add(e);
        }
        return;
      }
    }
  }

  /** Whoever sees the end of the connection can rely on the failure being known. */
  private void play(WireServer connection) {
    try (connection) {
      playTheScript(connection);
    } finally {
      open.remove(connection);
    }
  }

  private void playTheScript(WireServer connection) {
    try {
      script.play(connection);
    } catch (Throwable e) {
      boolean otherEndWentAway = e instanceof UncheckedIOException;
      boolean interrupted = closed && e instanceof InterruptedException;
      if (!otherEndWentAway && !interrupted) {
        failures.add(e);
      }
    }
  }
}
