package dev.postern.proxy.backend;

import dev.postern.api.SessionException;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.channel.DeadlineExceededException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server takes connections, as far as is known, for everybody who goes to its host and
 * port. While it does not, one attempt at a time finds out whether it does again, with a pause
 * before each that grows to {@value #LONGEST_PAUSE_MILLIS} ms; all others wait for what that one
 * hears, and go on at once when it succeeds. Safe for use by many threads; blocks, on virtual
 * threads.
 */
final class Reachability {
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 200;

  /** Behind an attempt that has heard nothing for so long another one is made. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Until somebody who should do something has been given the processor. */
  private static final long A_MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /**
   * What an attempt heard.
   *
   * @param role to which alone it was said; {@code null}: to everybody
   * @param begun when the attempt began, in the time of System.nanoTime
   */
  private record Failure(Exception cause, @Nullable String role, long begun) {
    /** For one who has waited since then. */
    boolean concerns(String other, long since) {
      return (role == null || role.equals(other)) && begun - (since - SLOW_NANOS) >= 0;
    }
  }

  private volatile boolean down;

  // What follows is guarded by this.

  /** The attempt that finds out; {@code null}: the next one does. */
  private @Nullable Attempt probe;

  /** What the next attempt hears, or nothing if somebody has to look again. */
  private CompletableFuture<Optional<Failure>> news = new CompletableFuture<>();

  /** Who waits for what another attempt hears, first come, first served. */
  private final LinkedHashSet<Object> queue = new LinkedHashSet<>();

  /** Whether it lives, and has no place left. */
  private boolean full;

  private @Nullable String lastRole;
  private long pauseMillis;
  private long pausesUntil;
  private final OutageLog outages;

  /**
   * @param server its address
   */
  Reachability(String server) {
    outages = new OutageLog(server);
  }

  /** Whether it is known to take no connections. */
  boolean isDown() {
    return down;
  }

  /** How many wait for what another attempt hears. */
  synchronized int waiting() {
    return queue.size();
  }

  /** One attempt to log in; to be closed when it is over. Used by one thread. */
  final class Attempt implements AutoCloseable {
    private final String role;

    /** When it begins, in the time of System.nanoTime. */
    private final long begun;

    private final boolean probing;
    private boolean over;

    private Attempt(String role, long begun, boolean probing) {
      this.role = role;
      this.begun = begun;
      this.probing = probing;
    }

    /** The server takes connections, whatever became of this one. */
    void reached() {
      over = true;
      if (probing) {
        well(this);
      }
    }

    /** It does not. */
    void failed(IOException cause) {
      over = true;
      refused(this, cause, null, false);
    }

    /** It does not. */
    void failed(BackendRefusedException cause) {
      over = true;
      refused(this, cause, cause.isForRole() ? role : null, cause.isFull());
    }

    /** If nothing was heard, somebody else has to look. */
    @Override
    public void close() {
      if (!over && probing) {
        abandoned(this);
      }
    }
  }

  /**
   * Comes back when a connection may be tried: at once, unless the server is known to take none.
   *
   * @param role that is to log in
   * @param deadline not waited beyond
   * @throws SessionException what another attempt heard meanwhile, as is IOException
   */
  Attempt begin(String role, Deadline deadline)
      throws SessionException, IOException, InterruptedException {
    if (!down) {
      return new Attempt(role, System.nanoTime(), false);
    }
    long since = System.nanoTime();
    Object place = new Object();
    try {
      while (down) {
        Attempt mine = null;
        CompletableFuture<Optional<Failure>> heard;
        long patience = SLOW_NANOS;
        synchronized (this) {
          queue.add(place);
          long now = System.nanoTime();
          boolean vacant = probe == null || now - probe.begun > SLOW_NANOS;
          if (vacant && queue.getFirst().equals(place)) {
            mine = new Attempt(role, Math.max(now, pausesUntil), true);
            probe = mine;
            queue.remove(place);
          } else if (probe != null) {
            patience = Math.max(A_MOMENT_NANOS, probe.begun + SLOW_NANOS - now);
          }
          heard = news;
        }
        if (mine != null) {
          pause(mine, deadline);
          return mine;
        }
        Failure failure = await(heard, patience, deadline);
        if (failure != null && failure.concerns(role, since)) {
          throw rethrown(failure.cause());
        }
      }
    } finally {
      leave(place);
    }
    return new Attempt(role, System.nanoTime(), false);
  }

  /** Whoever was to look and does not any more lets the next one do it. */
  private void leave(Object place) {
    CompletableFuture<Optional<Failure>> heard = null;
    synchronized (this) {
      boolean first = !queue.isEmpty() && queue.getFirst().equals(place);
      queue.remove(place);
      if (first && probe == null) {
        heard = next(null);
      }
    }
    if (heard != null) {
      heard.complete(Optional.empty());
    }
  }

  private static void pause(Attempt probe, Deadline deadline)
      throws InterruptedException, DeadlineExceededException {
    boolean paused = false;
    try {
      long pause = probe.begun - System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(Math.min(pause, deadline.remainingNanos()));
      if (deadline.remainingNanos() <= 0) {
        throw late();
      }
      paused = true;
    } finally {
      if (!paused) {
        probe.close();
      }
    }
  }

  /** What another attempt heard; {@code null}: look again. */
  private static @Nullable Failure await(
      CompletableFuture<Optional<Failure>> heard, long patience, Deadline deadline)
      throws InterruptedException, DeadlineExceededException {
    try {
      return heard
          .get(Math.min(patience, deadline.remainingNanos()), TimeUnit.NANOSECONDS)
          .orElse(null);
    } catch (TimeoutException e) {
      if (deadline.remainingNanos() <= 0) {
        throw late();
      }
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is only ever completed with a value
    }
  }

  private static DeadlineExceededException late() {
    return new DeadlineExceededException("the server to take connections again");
  }

  private static IOException rethrown(Exception cause) throws SessionException {
    return switch (cause) {
      case SessionException refused -> throw refused;
      case IOException unreachable -> unreachable;
      default -> throw new IllegalStateException(cause);
    };
  }

  private void refused(Attempt attempt, Exception cause, @Nullable String role, boolean isFull) {
    CompletableFuture<Optional<Failure>> heard;
    synchronized (this) {
      if (down && !attempt.probing) {
        return; // it began before that was known
      }
      long now = System.nanoTime();
      boolean first = !down || (role != null && !role.equals(lastRole));
      pauseMillis = first ? FIRST_PAUSE_MILLIS : Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
      pausesUntil = now + jittered(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
      lastRole = role;
      full = isFull;
      down = true;
      heard = next(attempt);
      outages.failed(cause);
    }
    heard.complete(Optional.of(new Failure(cause, role, attempt.begun)));
  }

  private void well(Attempt attempt) {
    CompletableFuture<Optional<Failure>> heard;
    synchronized (this) {
      if (!down) {
        return;
      }
      heard = next(attempt);
      if (full && !queue.isEmpty()) {
        pausesUntil = System.nanoTime(); // one after the other: there may be no room for all
        pauseMillis = 0;
      } else {
        down = false;
        probe = null;
        outages.well();
      }
    }
    heard.complete(Optional.empty());
  }

  private void abandoned(Attempt attempt) {
    CompletableFuture<Optional<Failure>> heard;
    synchronized (this) {
      heard = next(attempt);
    }
    heard.complete(Optional.empty());
  }

  /** The attempt is over; returns what is to be told to those who wait. */
  private CompletableFuture<Optional<Failure>> next(@Nullable Attempt over) {
    if (probe == over) {
      probe = null;
    }
    CompletableFuture<Optional<Failure>> heard = news;
    news = new CompletableFuture<>();
    return heard;
  }

  /** Up to a quarter less, so that several Posterns do not come at once. */
  private static long jittered(long nanos) {
    return (long) (nanos * ThreadLocalRandom.current().nextDouble(0.75, 1));
  }
}
