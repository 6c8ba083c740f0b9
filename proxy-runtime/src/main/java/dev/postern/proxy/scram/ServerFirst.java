package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a server's verifier was made with, as its server-first-message says.
 *
 * @param salt 1 to {@value ScramVerifier#MAX_SALT_LENGTH} bytes
 * @param iterations 1 or more, as the server claims; nothing was computed yet
 */
public record ServerFirst(Bytes salt, int iterations) {
  /**
   * Whether keys of this verifier can be used there at all, and if not, why not.
   *
   * @return a phrase for the operator that names what differs, or nothing where both were made with
   *     the same salt and iteration count
   */
  public Optional<String> differenceFrom(ScramVerifier verifier) {
    List<String> differences = new ArrayList<>(2);
    if (!salt.equals(verifier.salt())) {
      differences.add("salt");
    }
    if (iterations != verifier.iterations()) {
      differences.add(
          "iteration count ("
              + verifier.iterations()
              + " in Postern, "
              + iterations
              + " on the server)");
    }
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join(" and ", differences));
  }
}
