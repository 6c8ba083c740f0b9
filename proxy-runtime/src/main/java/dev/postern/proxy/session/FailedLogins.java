package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
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

  void check(InetAddress address) throws SessionException {
    if (limit.isExceeded(address)) {
      throw new SessionException(
          SqlState.INVALID_AUTHORIZATION,
          FailureKind.OVERLOAD,
          "too many failed logins from this address, try again later",
          "limits.failed-logins-per-address is exceeded by " + address.getHostAddress(),
          null);
    }
  }

  void failed(InetAddress address) {
    if (limit.failed(address)) {
      log.atWarn()
          .addKeyValue("client", address.getHostAddress())
          .log(
              "{} failed logins within a minute; refusing further ones from there until it is over",
              failuresAllowed);
    }
  }
}
