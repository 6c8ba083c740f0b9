package dev.postern.proxy.plugin;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All authenticators of a configuration, as one.
 *
 * @param links in the order in which they are asked
 * @param all whether each has to let a client in, and not the first that claims it
 */
record AuthenticatorChain(Map<String, Authenticator> links, boolean all) implements Authenticator {
  AuthenticatorChain {
    links = new LinkedHashMap<>(links);
  }

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    return authenticate(exchange, new Asked());
  }

  /**
   * @param asked to be told which of them is asked
   */
  AuthenticatedUser authenticate(AuthenticationExchange exchange, Asked asked)
      throws AuthenticationException {
    ChainedExchange chained = new ChainedExchange(exchange, links, asked);
    if (all) {
      return chained.bounded(allOf(chained));
    }
    for (Map.Entry<String, Authenticator> link : links.entrySet()) {
      if (links.size() == 1 || claims(link, exchange, asked)) {
        return chained.bounded(chained.delegate(link.getKey()));
      }
    }
    throw AuthenticationException.denied(
        "no authentication is set up for this login", "no authenticator claims the login");
  }

  private static boolean claims(
      Map.Entry<String, Authenticator> link, AuthenticationExchange exchange, Asked asked) {
    return Boolean.TRUE.equals(
        asked.of(
            link.getKey(), () -> link.getValue().claims(exchange.client(), exchange.startup())));
  }

  private AuthenticatedUser allOf(ChainedExchange exchange) throws AuthenticationException {
    AuthenticatedUser agreed = null;
    try {
      for (String name : links.keySet()) {
        AuthenticatedUser user = exchange.delegate(name);
        agreed = agreed == null ? user : both(agreed, user, name);
      }
    } catch (AuthenticationException | RuntimeException e) {
      closeSecrets(agreed);
      throw e;
    }
    if (agreed == null) {
      throw new IllegalStateException("no authenticator");
    }
    return agreed;
  }

  private static AuthenticatedUser both(AuthenticatedUser first, AuthenticatedUser next, String by)
      throws AuthenticationException {
    if (!first.name().equals(next.name())) {
      closeSecrets(next);
      throw AuthenticationException.invalidPassword(
          first.name(), "authenticator %s says it is \"%s\"".formatted(by, next.name()));
    }
    Map<String, String> attributes = new LinkedHashMap<>(next.attributes());
    attributes.putAll(first.attributes());
    boolean ownRole = first.role() != null || first.password() != null;
    if (ownRole && next.password() != null) {
      next.password().close();
    }
    if (first.scramKeys() != null && next.scramKeys() != null) {
      next.scramKeys().close();
    }
    return first
        .withAttributes(attributes)
        .withMaxSessions(least(first.maxSessions(), next.maxSessions()))
        .withScramKeys(first.scramKeys() != null ? first.scramKeys() : next.scramKeys())
        .withRole(
            ownRole ? first.role() : next.role(), ownRole ? first.password() : next.password());
  }

  /** Of two limits, of which 0 is none. */
  private static int least(int one, int other) {
    return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
  }

  private static void closeSecrets(@Nullable AuthenticatedUser user) {
    if (user != null && user.scramKeys() != null) {
      user.scramKeys().close();
    }
    if (user != null && user.password() != null) {
      user.password().close();
    }
  }

  @Override
  public boolean mayBlock() {
    return links.values().stream().anyMatch(Authenticator::mayBlock);
  }
}
