package dev.postern.proxy.admin;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.proxy.scram.VerifierFactory;
import dev.postern.proxy.user.UserStore;

/** Verifiers that come from outside. */
final class Verifiers {
  private Verifiers() {}

  /**
   * Reads PostgreSQL's text form.
   *
   * @throws AdminException {@code INVALID} if it is none, or that of an empty password
   */
  static ScramVerifier parse(String text) {
    ScramVerifier verifier;
    try {
      verifier = ScramVerifier.parse(text);
    } catch (IllegalArgumentException e) {
      throw AdminException.invalid(String.valueOf(e.getMessage()));
    }
    if (verifier.iterations() > UserStore.MAX_ITERATIONS) {
      throw AdminException.invalid(
          "SCRAM verifier: iterations %d (expected: 1..%d)"
              .formatted(verifier.iterations(), UserStore.MAX_ITERATIONS));
    }
    if (VerifierFactory.isOfEmptyPassword(verifier)) {
      throw AdminException.invalid("SCRAM verifier: of an empty password");
    }
    return verifier;
  }
}
