package dev.postern.plugins.rules;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks up names of addresses. The system's look-ups cannot be interrupted and would hold on to the
 * carriers of virtual threads, so they run on a few threads of their own. Safe for use by many
 * threads.
 */
final class HostNames implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int WAITING = 1000;

  private final Function<InetAddress, @Nullable String> lookup;
  private final Duration timeout;
  private final ThreadPoolExecutor threads;

  /**
   * @param lookup gives the name that leads back to the address, or {@code null}
   */
  HostNames(Function<InetAddress, @Nullable String> lookup, Duration timeout) {
    this.lookup = lookup;
    this.timeout = timeout;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("rules-names-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** The platform's resolver: the name of an address, if that name has this address. */
  static @Nullable String ofSystem(InetAddress address) {
    try {
      InetAddress nameless = InetAddress.getByAddress(address.getAddress());
      // Looks the name up and compares its addresses; what does not lead back is not given.
      String name = nameless.getCanonicalHostName();
      return name.equals(nameless.getHostAddress()) ? null : name;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The name of an address, or {@code null} where it has none.
   *
   * @throws UndecidedException if that takes too long
   */
  @Nullable String of(InetAddress address) throws UndecidedException {
    Future<@Nullable String> asked = null;
    try {
      asked = threads.submit(() -> lookup.apply(address));
      return asked.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | RejectedExecutionException e) {
      if (asked != null) {
        asked.cancel(true);
      }
      throw new UndecidedException(
          "the host name of the client's address was not found out in time (lookup-timeout)", e);
    } catch (ExecutionException e) {
      throw new UndecidedException("the host name of the client's address: " + e.getCause(), e);
    } catch (InterruptedException e) {
      asked.cancel(true);
      Thread.currentThread().interrupt();
      throw new UndecidedException("the login was ended from outside", e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
