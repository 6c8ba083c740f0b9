package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs connections to one server in as the account. Directories lock accounts after a few wrong
 * passwords, so no login tries the account before the answer to the one before it is known, and
 * after a refusal none does for a time that doubles with every further one. Safe for use by many
 * threads.
 */
final class AccountLogin {
  private static final Logger log = LoggerFactory.getLogger(AccountLogin.class);
  static final Duration FIRST_REST = Duration.ofSeconds(30);
  static final Duration LONGEST_REST = Duration.ofMinutes(10);

  private record Rest(Duration length, long until, AccountRefusedException reason) {}

  private final AccountConfig account;
  private final ServerAddress server;
  private final String instance;
  private final LongSupplier clock;
  private final ReentrantLock turn = new ReentrantLock();

  /** Since the last refusal; {@code null}: the account was taken since, or never asked for. */
  private volatile @Nullable Rest rest;

  /**
   * @param clock in nanoseconds, as {@link System#nanoTime()}
   */
  AccountLogin(AccountConfig account, ServerAddress server, String instance, LongSupplier clock) {
    this.account = account;
    this.server = server;
    this.instance = instance;
    this.clock = clock;
  }

  /** Whether the account was refused, and is not to be tried again yet. */
  boolean rests() {
    return reasonToRest() != null;
  }

  private @Nullable AccountRefusedException reasonToRest() {
    Rest last = rest;
    return last != null && clock.getAsLong() - last.until() < 0 ? last.reason() : null;
  }

  /**
   * Waits for its turn, and logs the connection in.
   *
   * @param most how long to wait for the turn, in milliseconds
   * @throws AccountRefusedException if the account is refused, or was while this one waited
   * @throws LDAPException if the server failed
   */
  void of(Link link, int most) throws LDAPException {
    try {
      if (!turn.tryLock(most, TimeUnit.MILLISECONDS)) {
        throw new LDAPException(ResultCode.TIMEOUT, "no answer to the account's name and password");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LDAPException(ResultCode.LOCAL_ERROR, "ended from outside", e);
    }
    try {
      AccountRefusedException reason = reasonToRest();
      if (reason != null) {
        throw reason.again();
      }
      link.bind(account.dn(), account.password());
      taken();
    } catch (AccountRefusedException e) {
      throw e;
    } catch (LDAPException e) {
      throw Reasons.isRefusal(e.getResultCode()) ? refused(e) : e;
    } finally {
      turn.unlock();
    }
  }

  private void taken() {
    if (rest != null) {
      rest = null;
      log.atInfo()
          .addKeyValue("plugin", instance)
          .addKeyValue("server", server)
          .log("directory server takes the account again");
    }
  }

  private AccountRefusedException refused(LDAPException e) {
    AccountRefusedException reason = new AccountRefusedException(account.dn(), e);
    Rest last = rest;
    Duration length = FIRST_REST;
    if (last != null) {
      Duration twice = last.length().multipliedBy(2);
      length = twice.compareTo(LONGEST_REST) < 0 ? twice : LONGEST_REST;
    }
    rest = new Rest(length, clock.getAsLong() + length.toNanos(), reason);
    log.atWarn()
        .addKeyValue("plugin", instance)
        .addKeyValue("server", server)
        .addKeyValue("reason", Reasons.of(reason))
        .addKeyValue("seconds", length.toSeconds())
        .log("directory server refuses the account; it is not asked for this time");
    return reason;
  }
}
