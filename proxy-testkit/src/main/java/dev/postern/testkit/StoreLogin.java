package dev.postern.testkit;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.ScramProof;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredUser;
import dev.postern.api.user.StoredVerifier;
import dev.postern.api.user.UserDirectory;
import java.util.List;

/** Lets the users of the store in by SCRAM, for tests that are not about the login. */
final class StoreLogin implements Authenticator {
  private final UserDirectory users;

  StoreLogin(UserDirectory users) {
    this.users = users;
  }

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    String name = exchange.startup().user();
    List<ScramVerifier> verifiers =
        users.find(name).map(StoredUser::verifiers).orElse(List.of()).stream()
            .map(StoredVerifier::verifier)
            .toList();
    ScramProof proof = exchange.scramSha256(verifiers);
    return AuthenticatedUser.named(name).withScramKeys(proof.keys());
  }
}
