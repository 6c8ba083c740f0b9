package dev.postern.proxy.session;

import dev.postern.proxy.config.LimitsConfig;

/**
 * How many sessions there may be.
 *
 * @param sessions logged in, in all
 * @param sessionsPerUser of one user; 0: no limit
 * @param sessionsPerAddress from one client address; 0: no limit
 * @param logins connections that are not logged in yet
 * @param failedLoginsPerAddress within a minute from one address; 0: no limit
 */
public record SessionLimits(
    int sessions,
    int sessionsPerUser,
    int sessionsPerAddress,
    int logins,
    int failedLoginsPerAddress) {
  /** Those that are configured. */
  public static SessionLimits of(LimitsConfig config) {
    return new SessionLimits(
        config.effectiveSessions(),
        config.effectiveSessionsPerUser(),
        config.effectiveSessionsPerAddress(),
        config.effectiveLogins(),
        config.effectiveFailedLoginsPerAddress());
  }
}
