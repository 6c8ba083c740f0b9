package dev.postern.proxy.plugin;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.SaslExchange;
import dev.postern.api.auth.ScramProof;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's conversation, as the authenticators of a chain hold it. One login's thread. */
final class ChainedExchange implements AuthenticationExchange {
  private final AuthenticationExchange exchange;
  private final Map<String, Authenticator> links;
  private final Asked asked;
  private final Set<String> before = new HashSet<>();

  /** The earliest of those that were asked. */
  private @Nullable Instant expiry;

  /**
   * @param asked to be told which of them is asked
   */
  ChainedExchange(AuthenticationExchange exchange, Map<String, Authenticator> links, Asked asked) {
    this.exchange = exchange;
    this.links = links;
    this.asked = asked;
  }

  @Override
  public ClientInfo client() {
    return exchange.client();
  }

  @Override
  public StartupParameters startup() {
    return exchange.startup();
  }

  @Override
  public ScramProof scramSha256(List<ScramVerifier> verifiers) throws AuthenticationException {
    return exchange.scramSha256(verifiers);
  }

  @Override
  public Secret cleartextPassword() throws AuthenticationException {
    return exchange.cleartextPassword();
  }

  @Override
  public SaslExchange sasl(List<String> mechanisms) throws AuthenticationException {
    return exchange.sasl(mechanisms);
  }

  @Override
  public AuthenticatedUser delegate(String authenticator) throws AuthenticationException {
    Authenticator link = links.get(authenticator);
    if (link == null) {
      throw AuthenticationException.unavailable(
          "there is no authenticator \"%s\" to delegate to (known: %s)"
              .formatted(authenticator, String.join(", ", links.keySet())),
          null);
    }
    if (!before.add(authenticator)) {
      throw AuthenticationException.unavailable(
          "authenticator " + authenticator + " was asked a second time in one login", null);
    }
    AuthenticatedUser user =
        Objects.requireNonNull(asked.of(authenticator, () -> link.authenticate(this)));
    Instant until = user.expiry();
    if (until != null && (expiry == null || until.isBefore(expiry))) {
      expiry = until;
    }
    return user;
  }

  /**
   * The user, for no longer than all who were asked have said; none of them has to pass that on.
   */
  AuthenticatedUser bounded(AuthenticatedUser user) {
    return expiry == null ? user : user.withExpiry(expiry);
  }
}
