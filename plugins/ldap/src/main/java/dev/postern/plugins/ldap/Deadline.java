package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import java.time.Duration;

/**
 * Until when a login has to be decided.
 *
 * @param at as {@link System#nanoTime()}
 */
record Deadline(long at) {
  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  boolean isOver() {
    return left().compareTo(Duration.ofMillis(1)) < 0;
  }

  Duration left() {
    return Duration.ofNanos(at - System.nanoTime());
  }

  /**
   * For how long one step may wait, 1 or more.
   *
   * @param most however much time is left
   * @throws LDAPException if the time is over
   */
  int millisFor(Duration most) throws LDAPException {
    Duration left = left();
    if (isOver()) {
      throw new LDAPException(ResultCode.TIMEOUT, "the time for the login is over");
    }
    return (int) (left.compareTo(most) < 0 ? left : most).toMillis();
  }
}
