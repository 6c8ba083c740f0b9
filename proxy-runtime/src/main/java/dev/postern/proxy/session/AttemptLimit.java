package dev.postern.proxy.session;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * How many failures one address may have within a span of time: wrong passwords, or made-up cancel
 * keys. Addresses of IPv6 count together by their first 64 bits, which is the least that a customer
 * of a network gets: who has one of them has all. Safe for use by many threads, and bounded in
 * memory: when too many addresses are known, those whose span is over are forgotten, and if that is
 * not enough all are.
 */
final class AttemptLimit {
  private static final int MAX_ADDRESSES = 100_000;

  /** In bytes. */
  private static final int IPV6_NETWORK_LENGTH = 8;

  private record Failures(long since, int count) {}

  private final int limit;
  private final long spanNanos;
  private final LongSupplier nanoTime;
  private final ConcurrentMap<InetAddress, Failures> failures = new ConcurrentHashMap<>();

  /**
   * @param limit failures within {@code span} after which an address is refused; 0: none is
   */
  AttemptLimit(int limit, Duration span, LongSupplier nanoTime) {
    this.limit = limit;
    this.spanNanos = span.toNanos();
    this.nanoTime = nanoTime;
  }

  boolean isExceeded(InetAddress address) {
    if (limit == 0) {
      return false;
    }
    Failures known = failures.get(network(address));
    return known != null && known.count() >= limit && !isOver(known);
  }

  /**
   * Counts a failure.
   *
   * @return whether this one reached the limit
   */
  boolean failed(InetAddress address) {
    if (limit == 0) {
      return false;
    }
    if (failures.size() >= MAX_ADDRESSES) {
      failures.values().removeIf(this::isOver);
      if (failures.size() >= MAX_ADDRESSES) {
        failures.clear();
      }
    }
    Failures now =
        failures.merge(
            network(address),
            new Failures(nanoTime.getAsLong(), 1),
            (known, first) ->
                isOver(known) ? first : new Failures(known.since(), known.count() + 1));
    return now.count() == limit;
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

  private boolean isOver(Failures known) {
    return nanoTime.getAsLong() - known.since() >= spanNanos;
  }
}
