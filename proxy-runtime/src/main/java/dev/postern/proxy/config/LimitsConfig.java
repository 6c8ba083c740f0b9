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
 *     session, unless those who see it only observe it and can do without
 * @param preparedStatements what the prepared statements of a session in transaction or statement
 *     pooling may take: their texts and names, and 200 bytes for each
 * @param minScramIterations the fewest SCRAM iterations for which Postern hashes a password when a
 *     server asks for it
 * @param maxScramIterations the most
 */
public record LimitsConfig(
    @Nullable Integer sessions,
    @Nullable Integer sessionsPerUser,
    @Nullable Integer sessionsPerAddress,
    @Nullable Integer logins,
    @Nullable Integer failedLoginsPerAddress,
    @Nullable DataSize interceptedMessage,
    @Nullable DataSize preparedStatements,
    @Nullable Integer minScramIterations,
    @Nullable Integer maxScramIterations) {

  /** Nothing set. */
  public static final LimitsConfig UNSET =
      new LimitsConfig(null, null, null, null, null, null, null, null, null);

  /** PostgreSQL has no message of 1 GiB or more. */
  private static final DataSize LARGEST_MESSAGE = DataSize.ofMebibytes(1024);

  /** RFC 7677 asks for this at least. */
  private static final int MIN_SCRAM_ITERATIONS = 4096;

  /** They take some 70 ms. */
  private static final int MAX_SCRAM_ITERATIONS = 200_000;

  public LimitsConfig {
    new Rules()
        .atLeast("sessions", sessions, 1)
        .atLeast("sessions-per-user", sessionsPerUser, 0)
        .atLeast("sessions-per-address", sessionsPerAddress, 0)
        .atLeast("logins", logins, 1)
        .atLeast("failed-logins-per-address", failedLoginsPerAddress, 0)
        .range("intercepted-message", interceptedMessage, DataSize.ofKibibytes(1), LARGEST_MESSAGE)
        .range("prepared-statements", preparedStatements, DataSize.ofKibibytes(1), LARGEST_MESSAGE)
        .atLeast("min-scram-iterations", minScramIterations, 1)
        .atLeast("max-scram-iterations", maxScramIterations, 1)
        .require(
            given(minScramIterations, MIN_SCRAM_ITERATIONS)
                <= given(maxScramIterations, MAX_SCRAM_ITERATIONS),
            () ->
                (maxScramIterations == null ? "min" : "max")
                    + "-scram-iterations: the least is "
                    + given(minScramIterations, MIN_SCRAM_ITERATIONS)
                    + ", the most "
                    + given(maxScramIterations, MAX_SCRAM_ITERATIONS)
                    + " (expected: no less than the least)")
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

  public DataSize effectivePreparedStatements() {
    return preparedStatements == null ? DataSize.ofMebibytes(8) : preparedStatements;
  }

  public int effectiveMinScramIterations() {
    return given(minScramIterations, MIN_SCRAM_ITERATIONS);
  }

  public int effectiveMaxScramIterations() {
    return given(maxScramIterations, MAX_SCRAM_ITERATIONS);
  }

  private static int given(@Nullable Integer value, int usual) {
    return value == null ? usual : value;
  }
}
