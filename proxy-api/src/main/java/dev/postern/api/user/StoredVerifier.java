package dev.postern.api.user;

import dev.postern.api.auth.ScramVerifier;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One of a user's verifiers with the time in which it counts.
 *
 * @param verifier what a password is proved against
 * @param validFrom counts from this moment on; {@code null}: always has
 * @param validUntil counts no more from this moment on; {@code null}: never ends
 */
public record StoredVerifier(
    ScramVerifier verifier, @Nullable Instant validFrom, @Nullable Instant validUntil) {
  public boolean isValidAt(Instant now) {
    return Validity.covers(validFrom, validUntil, now);
  }
}
