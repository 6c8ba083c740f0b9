package dev.postern.proxy.backend;

import dev.postern.proxy.channel.Deadline;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks up the names of servers, and waits no longer than it may: the system's resolver takes its
 * own time, and cannot be interrupted. Each name is asked for once at a time, so there are never
 * more threads than names. Safe for use by many threads.
 */
final class HostLookup {
  /** The system's resolver, or what stands for it. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private static final int KEEP_ALIVE_SECONDS = 10;

  private final Resolver resolver;
  private final ConcurrentMap<String, CompletableFuture<InetAddress[]>> underWay =
      new ConcurrentHashMap<>();

  /** Its threads end when there is nothing to do, and keep no process alive. */
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          KEEP_ALIVE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          new DefaultThreadFactory("lookup", true));

  HostLookup(Resolver resolver) {
    this.resolver = resolver;
  }

  /**
   * The addresses of a host, at least one.
   *
   * @throws IOException if the name is not known, or that is not known in time
   */
  InetAddress[] addresses(String host, Deadline deadline) throws IOException, InterruptedException {
    if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
      return InetAddress.getAllByName(host);
    }
    try {
      return lookUp(host).get(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("timed out looking up the name " + host, e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UnknownHostException unknown
          ? unknown
          : new IOException("looking up the name " + host + " failed: " + e.getCause(), e);
    }
  }

  private CompletableFuture<InetAddress[]> lookUp(String host) {
    var mine = new CompletableFuture<InetAddress[]>();
    CompletableFuture<InetAddress[]> others = underWay.putIfAbsent(host, mine);
    if (others != null) {
      return others;
    }
    threads.execute(
        () -> {
          try {
            mine.complete(resolver.addresses(host));
          } catch (Throwable e) {
            mine.completeExceptionally(e);
          } finally {
            underWay.remove(host, mine);
          }
        });
    return mine;
  }
}
