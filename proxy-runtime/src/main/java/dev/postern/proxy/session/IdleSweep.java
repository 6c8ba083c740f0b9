package dev.postern.proxy.session;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.relay.Progress;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Ends sessions in which nothing has happened for too long. Each event loop looks at its own
 * sessions a few times in that span, so that no query pays for a timer.
 */
public final class IdleSweep {
  /** How many looks make up the span: an idle session ends at most a quarter of it late. */
  private static final int TICKS = 4;

  private final Duration timeout;
  private final ConcurrentMap<EventLoop, Set<Session>> byLoop = new ConcurrentHashMap<>();

  /**
   * @param timeout zero: sessions may be idle for ever
   */
  public IdleSweep(Duration timeout) {
    this.timeout = timeout;
  }

  /** Called on the session's event loop. */
  void opened(Session session, EventLoop eventLoop) {
    if (!timeout.isZero()) {
      byLoop.computeIfAbsent(eventLoop, this::startSweeping).add(session);
    }
  }

  /** Called on the session's event loop. */
  void closed(Session session, EventLoop eventLoop) {
    Set<Session> sessions = byLoop.get(eventLoop);
    if (sessions != null) {
      sessions.remove(session);
    }
  }

  private Set<Session> startSweeping(EventLoop eventLoop) {
    Set<Session> sessions = new HashSet<>();
    long tick = Math.max(1, timeout.toNanos() / TICKS);
    eventLoop.scheduleAtFixedRate(() -> sweep(sessions), tick, tick, TimeUnit.NANOSECONDS);
    return sessions;
  }

  private void sweep(Set<Session> sessions) {
    for (Session session : Set.copyOf(sessions)) {
      Progress progress = session.progress();
      if (progress.tick() > TICKS && !progress.busy()) {
        session
            .relay()
            .end(
                CloseReason.IDLE_TIMEOUT,
                "idle for longer than timeouts.idle (" + timeout + ")",
                ErrorResponse.fatal(
                    SqlState.IDLE_SESSION_TIMEOUT,
                    "terminating connection due to idle-session timeout"));
      }
    }
  }
}
