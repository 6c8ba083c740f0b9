package dev.postern.plugins.scram;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.ScramProof;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.session.StartupParameters;
import dev.postern.api.user.StoredUser;
import dev.postern.api.user.StoredVerifier;
import dev.postern.api.user.UserDirectory;
import dev.postern.api.user.UserDirectoryException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds no state of its own; safe for use by many threads. */
final class ScramAuthenticator implements Authenticator {
  private final UserDirectory users;
  private final InstantSource clock;

  ScramAuthenticator(UserDirectory users, InstantSource clock) {
    this.users = users;
    this.clock = clock;
  }

  /** The directory is asked through Postern, and what SCRAM computes here is a few HMACs. */
  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    StartupParameters startup = exchange.startup();
    ScramProof proof = prove(exchange, find(startup.user()));
    try {
      StoredUser user = stillAllowed(startup.user());
      checkDatabase(user, startup);
      return AuthenticatedUser.named(user.name())
          .withMaxSessions(user.maxSessions())
          .withScramKeys(proof.keys());
    } catch (AuthenticationException | RuntimeException e) {
      proof.keys().close();
      throw e;
    }
  }

  private ScramProof prove(AuthenticationExchange exchange, @Nullable StoredUser user)
      throws AuthenticationException {
    Instant now = clock.instant();
    String refusal = refusal(user, now);
    if (user != null && refusal == null) {
      return exchange.scramSha256(validVerifiers(user, now));
    }
    try {
      exchange.scramSha256(List.of());
    } catch (AuthenticationException e) {
      throw new AuthenticationException(
          e.sqlState(), e.kind(), e.clientMessage(), refusal + " (" + e.getMessage() + ")", e);
    }
    throw new IllegalStateException("a mock verifier was proved");
  }

  /** Whoever was disabled or removed while the exchange was under way must not get in. */
  private StoredUser stillAllowed(String name) throws AuthenticationException {
    StoredUser user = find(name);
    if (user == null || !user.mayLogIn(clock.instant())) {
      throw AuthenticationException.invalidPassword(
          name, "the user was disabled or removed during the login");
    }
    return user;
  }

  private @Nullable StoredUser find(String name) throws AuthenticationException {
    try {
      return users.find(name).orElse(null);
    } catch (UserDirectoryException e) {
      throw AuthenticationException.unavailable("the user store cannot be read", e);
    }
  }

  /** Why this user may not log in, for the operator; {@code null} if it may. */
  private static @Nullable String refusal(@Nullable StoredUser user, Instant now) {
    if (user == null) {
      return "no such user";
    }
    if (!user.enabled()) {
      return "the user is disabled";
    }
    if (!user.mayLogIn(now)) {
      return "the user has expired or is not valid yet";
    }
    return validVerifiers(user, now).isEmpty()
        ? "the user has no verifier that is valid now"
        : null;
  }

  private static List<ScramVerifier> validVerifiers(StoredUser user, Instant now) {
    return user.verifiers().stream()
        .filter(stored -> stored.isValidAt(now))
        .map(StoredVerifier::verifier)
        .toList();
  }

  /** In PostgreSQL's words and with its code (CheckMyDatabase in postinit.c). */
  private static void checkDatabase(StoredUser user, StartupParameters startup)
      throws AuthenticationException {
    String database = RequestedDatabase.of(startup);
    if (!user.mayUse(database)) {
      throw new AuthenticationException(
          SqlState.INSUFFICIENT_PRIVILEGE,
          FailureKind.CLIENT,
          "permission denied for database \"" + database + "\"",
          "the database is not among those that the user may use",
          null);
    }
  }
}
