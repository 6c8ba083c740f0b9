package dev.postern.proxy.admin;

import dev.postern.api.user.StoredUser;
import dev.postern.proxy.user.UserEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user as an administrator may see it: everything but the keys.
 *
 * @param databases which it may ask for, in order; empty: all
 * @param maxSessions 0: no limit
 * @param verifiers newest first
 */
public record UserView(
    String name,
    boolean enabled,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    List<String> databases,
    int maxSessions,
    List<Verifier> verifiers,
    Instant createdAt,
    Instant changedAt) {
  /** One of the user's verifiers, without its keys. */
  public record Verifier(
      @Nullable Instant validFrom, @Nullable Instant validUntil, int iterations) {}

  static UserView of(UserEntry entry) {
    StoredUser user = entry.user();
    return new UserView(
        user.name(),
        user.enabled(),
        user.validFrom(),
        user.validUntil(),
        user.databases().stream().sorted().toList(),
        user.maxSessions(),
        user.verifiers().stream()
            .map(
                stored ->
                    new Verifier(
                        stored.validFrom(), stored.validUntil(), stored.verifier().iterations()))
            .toList(),
        entry.createdAt(),
        entry.changedAt());
  }
}
