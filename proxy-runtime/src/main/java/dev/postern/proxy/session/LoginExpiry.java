package dev.postern.proxy.session;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.relay.Relay;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a session whose authenticator has said until when its login is good: when it is idle, else
 * with its transaction, or when that has had its time. There is one timer for such a session, and
 * none for others. Called on the session's event loop.
 */
final class LoginExpiry {
  /** How late a change of the system's clock, or a machine that slept, may be noticed. */
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

  private final Session session;
  private final @Nullable Instant expiry;
  private final Duration grace;
  private final InstantSource clock;
  private @Nullable Future<?> timer;

  /**
   * @param grace how long a transaction may go on then
   */
  LoginExpiry(Session session, Duration grace, InstantSource clock) {
    this.session = session;
    this.expiry = session.info().user().expiry();
    this.grace = grace;
    this.clock = clock;
  }

  void start() {
    if (expiry != null) {
      look(expiry);
    }
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void look(Instant until) {
    Instant now = clock.instant();
    if (now.isBefore(until)) {
      // Not the difference to a time that may be as far away as there are instants.
      Instant next = now.plus(LONGEST_SLEEP);
      long wait = Duration.between(now, next.isBefore(until) ? next : until).toNanos();
      timer = relay().eventLoop().schedule(() -> look(until), wait, TimeUnit.NANOSECONDS);
    } else {
      expired(until);
    }
  }

  private void expired(Instant since) {
    String detail = "its login was good until " + since;
    if (!grace.isZero()) {
      timer = relay().eventLoop().schedule(this::end, grace.toNanos(), TimeUnit.NANOSECONDS);
      relay().endWhenIdle(CloseReason.LOGIN_EXPIRED, detail, error());
    } else {
      relay().end(CloseReason.LOGIN_EXPIRED, detail, error());
    }
  }

  private void end() {
    relay()
        .end(
            CloseReason.LOGIN_EXPIRED,
            "its login was good until %s, and its transaction did not end within timeouts.expired (%d ms)"
                .formatted(expiry, grace.toMillis()),
            error());
  }

  private Relay relay() {
    return session.relay();
  }

  /** The code is one after which connection pools of clients open another connection. */
  private static ErrorResponse error() {
    return ErrorResponse.fatal(
        SqlState.ADMIN_SHUTDOWN, "terminating connection because its login has expired");
  }
}
