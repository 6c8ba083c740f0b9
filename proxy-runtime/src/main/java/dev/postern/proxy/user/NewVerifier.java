package dev.postern.proxy.user;

import dev.postern.api.auth.ScramVerifier;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A verifier that takes the place of a user's current ones.
 *
 * @param verifier what the new password is proved against
 * @param validFrom counts from this moment on; {@code null}: at once
 * @param validUntil counts no more from this moment on; {@code null}: never ends
 * @param overlap how long the current verifiers count beside it, from {@code validFrom} on; zero or
 *     more. Where they do, all must have one salt and iteration count
 */
public record NewVerifier(
    ScramVerifier verifier,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    Duration overlap) {
  public NewVerifier {
    Periods.check(validFrom, validUntil);
    if (overlap.isNegative()) {
      throw StoreException.invalid("overlap: " + overlap + " (expected: zero or more)");
    }
  }

  /** Counts at once and for ever, and alone. */
  public static NewVerifier of(ScramVerifier verifier) {
    return new NewVerifier(verifier, null, null, Duration.ZERO);
  }
}
