package dev.postern.proxy.user;

import dev.postern.api.auth.ScramVerifier;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user as another system has it.
 *
 * @param name the name there and here
 * @param verifier what its password is proved against
 * @param validUntil the verifier counts no more from this moment on; {@code null}: never ends
 */
public record ImportedUser(String name, ScramVerifier verifier, @Nullable Instant validUntil) {
  public ImportedUser {
    Names.check("user", name);
  }
}
