package dev.postern.proxy.config;

import dev.postern.api.DataSize;
import org.jspecify.annotations.Nullable;

/**
 * How much is let in.
 *
 * @param sessions logged-in sessions in all
 * @param sessionsPerUser of one user; 0: no limit
 * @param sessionsPerAddress from one client address; 0: no limit
 * @param logins connections that have not logged in yet, in all
 * @param failedLoginsPerAddress failed logins from one client address within a minute, after which
 *     further ones from there are refused until that minute is over; 0: no limit
 * @param interceptedMessage the largest message that an interceptor is shown; a larger one ends its
 *     session
 */
public record LimitsConfig(
    @Nullable Integer sessions,
    @Nullable Integer sessionsPerUser,
    @Nullable Integer sessionsPerAddress,
    @Nullable Integer logins,
    @Nullable Integer failedLoginsPerAddress,
    @Nullable DataSize interceptedMessage) {

  /** Nothing set. */
  public static final LimitsConfig UNSET = new LimitsConfig(null, null, null, null, null, null);

  /** PostgreSQL has no message of 1 GiB or more. */
  private static final DataSize LARGEST_MESSAGE = DataSize.ofMebibytes(1024);

  public LimitsConfig {
    new Rules()
        .atLeast("sessions", sessions, 1)
        .atLeast("sessions-per-user", sessionsPerUser, 0)
        .atLeast("sessions-per-address", sessionsPerAddress, 0)
        .atLeast("logins", logins, 1)
        .atLeast("failed-logins-per-address", failedLoginsPerAddress, 0)
        .range("intercepted-message", interceptedMessage, DataSize.ofKibibytes(1), LARGEST_MESSAGE)
        .enforce();
  }

  public int effectiveSessions() {
    return sessions == null ? 10_000 : sessions;
  }

  /** 0: no limit. */
  public int effectiveSessionsPerUser() {
    return sessionsPerUser == null ? 0 : sessionsPerUser;
  }

  /** 0: no limit. */
  public int effectiveSessionsPerAddress() {
    return sessionsPerAddress == null ? 0 : sessionsPerAddress;
  }

  public int effectiveLogins() {
    return logins == null ? 1_000 : logins;
  }

  /** 0: no limit. */
  public int effectiveFailedLoginsPerAddress() {
    return failedLoginsPerAddress == null ? 100 : failedLoginsPerAddress;
  }

  public DataSize effectiveInterceptedMessage() {
    return interceptedMessage == null ? DataSize.ofMebibytes(16) : interceptedMessage;
  }
}
