package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.proxy.frontend.ProofGate;
import java.net.InetAddress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down who guesses passwords: an address with too many failed logins is refused for a while.
 * Safe for use by many threads.
 */
public final class FailedLogins {
  private static final Logger log = LoggerFactory.getLogger(FailedLogins.class);
  private static final Duration SPAN = Duration.ofMinutes(1);

  private final AttemptLimit limit;
  private final int failuresAllowed;

  /**
   * @param failuresAllowed within a minute from one address; 0: no limit
   */
  public FailedLogins(int failuresAllowed) {
    this.failuresAllowed = failuresAllowed;
    this.limit = new AttemptLimit(failuresAllowed, SPAN, System::nanoTime);
  }

  /**
   * A login from this address, which has proved nothing yet.
   *
   * @throws SessionException if the address has failed too often already
   */
  Attempt attempt(InetAddress address) throws SessionException {
    if (limit.isExceeded(address)) {
      throw refusal(address);
    }
    return new Attempt(address);
  }

  private static SessionException refusal(InetAddress address) {
    return new SessionException(
        SqlState.INVALID_AUTHORIZATION,
        FailureKind.OVERLOAD,
        "too many failed logins from this address, try again later",
        "limits.failed-logins-per-address is exceeded by " + address.getHostAddress(),
        null);
  }

  /**
   * One login. It counts as under way from when the client has sent its proof until there is a
   * verdict: a client that is slow with its proof keeps nobody waiting, and one that sends many
   * side by side hears of no more verdicts than it may. Belongs to the login's thread, but for its
   * {@link #giveUp}.
   */
  final class Attempt implements ProofGate {
    private final InetAddress address;
    private boolean underWay;
    private boolean givenUp;

    private Attempt(InetAddress address) {
      this.address = address;
    }

    @Override
    public void pass() throws SessionException, InterruptedException {
      if (underWay()) {
        return;
      }
      if (!limit.begin(address)) {
        throw refusal(address);
      }
      begun();
    }

    private synchronized boolean underWay() {
      return underWay;
    }

    private void begun() throws InterruptedException {
      synchronized (this) {
        underWay = !givenUp;
        if (underWay) {
          return;
        }
      }
      limit.end(address, false);
      throw new InterruptedException("the login was given up");
    }

    /** Nobody waits for a verdict any more, though there may be one. Any thread. */
    void giveUp() {
      synchronized (this) {
        givenUp = true;
      }
      if (ended()) {
        limit.end(address, false);
      }
    }

    /** Whether it was under way until now. */
    private synchronized boolean ended() {
      boolean was = underWay;
      underWay = false;
      return was;
    }

    /** There is a verdict, or there will be none. */
    void end(boolean failed) {
      boolean reached = false;
      if (ended()) {
        reached = limit.end(address, failed);
      } else if (failed) {
        reached = limit.failed(address); // without having been asked for a proof
      }
      if (reached) {
        log.atWarn()
            .addKeyValue("client", address.getHostAddress())
            .log(
                "{} failed logins within a minute; refusing further ones from there until it is"
                    + " over",
                failuresAllowed);
      }
    }
  }
}
