package dev.postern.proxy.pool;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The shares of a pool, one for each event loop, made when it is first asked for. Safe for use by
 * many threads; what is counted over all of them is a moment old.
 */
final class Shares {
  private final Pool pool;
  private final List<EventLoop> loops;
  private final AtomicReferenceArray<Share> shares;

  Shares(Pool pool, List<EventLoop> loops) {
    this.pool = pool;
    this.loops = loops;
    shares = new AtomicReferenceArray<>(loops.size());
  }

  Share of(EventLoop loop) {
    int index = loops.indexOf(loop);
    if (index < 0) {
      throw new IllegalArgumentException("not an event loop of this server");
    }
    Share share = shares.get(index);
    if (share == null) {
      shares.compareAndSet(index, null, new Share(pool, loop));
      share = shares.get(index);
    }
    return share;
  }

  /** Those that there are. */
  List<Share> all() {
    List<Share> all = new ArrayList<>(shares.length());
    for (int i = 0; i < shares.length(); i++) {
      Share share = shares.get(i);
      if (share != null) {
        all.add(share);
      }
    }
    return all;
  }

  int idle() {
    return sum(Share::idleCount);
  }

  int opening() {
    return sum(Share::openingCount);
  }

  int waiting() {
    return sum(Share::waitingCount);
  }

  private int sum(ToIntFunction<Share> count) {
    int sum = 0;
    for (int i = 0; i < shares.length(); i++) {
      Share share = shares.get(i);
      sum += share == null ? 0 : count.applyAsInt(share);
    }
    return sum;
  }

  /** In nanoseconds; 0 if nobody waits. */
  long longestWait(long now) {
    Share share = longestWaiting(null, 0, now);
    return share == null ? 0 : share.longestWait(now);
  }

  /**
   * One that has an idle connection; {@code null} if there is none.
   *
   * @param behind those up to this one are not meant; {@code null}: all are
   * @param except which is not meant; {@code null}: any may be
   */
  @Nullable Share withIdle(@Nullable Share behind, @Nullable Share except) {
    for (int i = behind == null ? 0 : loops.indexOf(behind.loop()) + 1; i < shares.length(); i++) {
      Share share = shares.get(i);
      if (share != null && share != except && share.idleCount() > 0) {
        return share;
      }
    }
    return null;
  }

  /**
   * Where somebody waits, and for longest; {@code null} if nobody does.
   *
   * @param except which is not meant; {@code null}: any may be
   * @param nanos who has waited no longer than this does not count
   */
  @Nullable Share longestWaiting(@Nullable Share except, long nanos, long now) {
    Share found = null;
    long longest = nanos;
    for (int i = 0; i < shares.length(); i++) {
      Share share = shares.get(i);
      if (share != null && share != except) {
        long waited = share.longestWait(now);
        if (waited > longest) {
          longest = waited;
          found = share;
        }
      }
    }
    return found;
  }
}
