package dev.postern.proxy.session;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many failures one address may have within a span of time: wrong passwords, or made-up cancel
 * keys. Addresses of IPv6 count together by their first 64 bits, which is the least that a customer
 * of a network gets: who has one of them has all. Safe for use by many threads, and bounded in
 * memory: when too many addresses are known, those whose span is over are forgotten, and if that is
 * not enough all are that have no attempt under way.
 *
 * <p>An attempt that takes time holds one of the failures that are left from {@link #begin} to
 * {@link #end}: however many are made side by side, no more can fail than the limit says. Where
 * none is left but might be given back, the next attempt waits for its turn.
 */
final class AttemptLimit {
  private static final int MAX_ADDRESSES = 100_000;

  /** In bytes. */
  private static final int IPV6_NETWORK_LENGTH = 8;

  private final int limit;
  private final long spanNanos;
  private final LongSupplier nanoTime;
  private final Lock lock = new ReentrantLock();
  private final Map<InetAddress, Attempts> known = new HashMap<>();

  /**
   * @param limit failures within {@code span} after which an address is refused; 0: none is
   */
  AttemptLimit(int limit, Duration span, LongSupplier nanoTime) {
    this.limit = limit;
    this.spanNanos = span.toNanos();
    this.nanoTime = nanoTime;
  }

  /** What somebody waits for who wants to begin. */
  private static final class Turn {
    private final CompletableFuture<Boolean> mayBegin = new CompletableFuture<>();
  }

  /** Those of one address, under the lock. */
  private final class Attempts {
    private final Queue<Turn> waiting = new ArrayDeque<>();
    private long since;
    private int failures;
    private int underWay;

    boolean isExceeded() {
      return failures >= limit && !isOver();
    }

    void failed() {
      if (failures == 0 || isOver()) {
        since = nanoTime.getAsLong();
        failures = 0;
      }
      failures++;
    }

    /** Lets those go on whose turn it is; while somebody waits, an attempt is under way. */
    void settle() {
      while (!waiting.isEmpty()) {
        if (isExceeded()) {
          waiting.remove().mayBegin.complete(false);
        } else if ((isOver() ? 0 : failures) + underWay < limit) {
          underWay++;
          waiting.remove().mayBegin.complete(true);
        } else {
          return;
        }
      }
    }

    boolean isOver() {
      return nanoTime.getAsLong() - since >= spanNanos;
    }

    boolean isIdle() {
      return underWay == 0 && waiting.isEmpty();
    }

    boolean isForgettable() {
      return isIdle() && (failures == 0 || isOver());
    }
  }

  boolean isExceeded(InetAddress address) {
    if (limit == 0) {
      return false;
    }
    InetAddress network = network(address);
    lock.lock();
    try {
      Attempts attempts = known.get(network);
      return attempts != null && attempts.isExceeded();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts a failure of which nobody knew that it was under way.
   *
   * @return whether this one reached the limit
   */
  boolean failed(InetAddress address) {
    return limit != 0 && counted(network(address), 0, true);
  }

  /**
   * Begins an attempt, if need be once others have ended.
   *
   * @return whether it may be made; {@link #end} has to follow then
   */
  boolean begin(InetAddress address) throws InterruptedException {
    if (limit == 0) {
      return true;
    }
    InetAddress network = network(address);
    Turn turn = new Turn();
    lock.lock();
    try {
      Attempts attempts = attempts(network);
      attempts.waiting.add(turn);
      attempts.settle();
    } finally {
      lock.unlock();
    }
    try {
      return turn.mayBegin.get();
    } catch (InterruptedException e) {
      withdraw(network, turn);
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void withdraw(InetAddress network, Turn turn) {
    lock.lock();
    try {
      Attempts attempts = known.get(network);
      if (attempts != null && attempts.waiting.remove(turn)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    if (turn.mayBegin.join()) {
      counted(network, 1, false);
    }
  }

  /**
   * Ends an attempt that was begun.
   *
   * @return whether it failed and reached the limit
   */
  boolean end(InetAddress address, boolean failed) {
    return limit != 0 && counted(network(address), 1, failed);
  }

  private boolean counted(InetAddress network, int ended, boolean failed) {
    lock.lock();
    try {
      Attempts attempts = attempts(network);
      attempts.underWay -= ended;
      if (failed) {
        attempts.failed();
      }
      attempts.settle();
      if (attempts.isForgettable()) {
        known.remove(network);
      }
      return failed && attempts.failures == limit;
    } finally {
      lock.unlock();
    }
  }

  private Attempts attempts(InetAddress network) {
    Attempts attempts = known.get(network);
    if (attempts == null) {
      makeRoom();
      attempts = new Attempts();
      known.put(network, attempts);
    }
    return attempts;
  }

  private void makeRoom() {
    if (known.size() >= MAX_ADDRESSES) {
      known.values().removeIf(Attempts::isForgettable);
      if (known.size() >= MAX_ADDRESSES) {
        known.values().removeIf(Attempts::isIdle);
      }
    }
  }

  private static InetAddress network(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    Arrays.fill(bytes, IPV6_NETWORK_LENGTH, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // thrown for other lengths only
    }
  }
}
