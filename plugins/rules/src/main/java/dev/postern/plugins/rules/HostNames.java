package dev.postern.plugins.rules;

import dev.postern.api.Bytes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks up names of addresses. Whoever has an address decides who answers for its name, or that
 * nobody does. So an address is looked up once at a time, however many logins come from it, and the
 * addresses of one network have a share of the look-ups only: those that hang are in nobody else's
 * way.
 *
 * <p>The system's look-ups cannot be interrupted and would hold on to the carriers of virtual
 * threads, so each has a thread of its own until it ends. Safe for use by many threads.
 */
final class HostNames implements AutoCloseable {
  /** Look-ups that run at once, those that nobody waits for any more included. */
  static final int MOST = 512;

  /** Of addresses of one network. */
  static final int MOST_OF_NETWORK = 8;

  /** What belongs to one owner, as a rule: 24 bits of IPv4, 48 of IPv6. */
  private static final int NETWORK_BYTES_V4 = 3;

  private static final int NETWORK_BYTES_V6 = 6;

  private final Function<InetAddress, @Nullable String> lookup;
  private final Duration timeout;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("rules-names-", 0).factory());

  /** Over all that follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition ended = lock.newCondition();
  private final Map<InetAddress, CompletableFuture<Optional<String>>> running = new HashMap<>();
  private final Map<Bytes, Integer> runningOfNetwork = new HashMap<>();

  /**
   * @param lookup gives the name that leads back to the address, or {@code null}
   * @param timeout how long a login waits for a name, for its turn included
   */
  HostNames(Function<InetAddress, @Nullable String> lookup, Duration timeout) {
    this.lookup = lookup;
    this.timeout = timeout;
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
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      return asked(address, deadline)
          .get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
          .orElse(null);
    } catch (TimeoutException e) {
      throw new UndecidedException(
          "the host name of the client's address was not found out in time (lookup-timeout)", e);
    } catch (ExecutionException e) {
      throw new UndecidedException("the host name of the client's address: " + e.getCause(), e);
    } catch (RejectedExecutionException e) {
      throw new UndecidedException("no host names are looked up any more", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UndecidedException("the login was ended from outside", e);
    }
  }

  /** The look-up of that address that runs, or a new one when there is room for it. */
  private CompletableFuture<Optional<String>> asked(InetAddress address, long deadline)
      throws InterruptedException, UndecidedException {
    Bytes network = networkOf(address);
    lock.lockInterruptibly();
    try {
      while (true) {
        CompletableFuture<Optional<String>> same = running.get(address);
        if (same != null) {
          return same;
        }
        int neighbours = runningOfNetwork.getOrDefault(network, 0);
        if (neighbours < MOST_OF_NETWORK && running.size() < MOST) {
          return begun(address, network);
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new UndecidedException(
              neighbours < MOST_OF_NETWORK
                  ? "%d look-ups of host names are not answered".formatted(running.size())
                  : "%d look-ups of host names in the network of %s are not answered"
                      .formatted(neighbours, NumericAddress.text(address)),
              null);
        }
        ended.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Called with the lock. */
  private CompletableFuture<Optional<String>> begun(InetAddress address, Bytes network) {
    CompletableFuture<Optional<String>> name = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            name.complete(Optional.ofNullable(lookup.apply(address)));
          } catch (RuntimeException | Error e) {
            name.completeExceptionally(e);
          } finally {
            end(address, network);
          }
        });
    running.put(address, name);
    runningOfNetwork.merge(network, 1, Integer::sum);
    return name;
  }

  private void end(InetAddress address, Bytes network) {
    lock.lock();
    try {
      running.remove(address);
      runningOfNetwork.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static Bytes networkOf(InetAddress address) {
    byte[] bytes = address.getAddress();
    return Bytes.wrap(
        Arrays.copyOf(bytes, bytes.length == 4 ? NETWORK_BYTES_V4 : NETWORK_BYTES_V6));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
