package dev.postern.proxy.plugin;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;

/**
 * Runs a plugin's authenticator with its own class loader, and keeps its errors apart from ours.
 */
record GuardedAuthenticator(Origin origin, Authenticator authenticator) implements Authenticator {

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    try (LoaderScope _ = origin.enter()) {
      return origin.present(authenticator.authenticate(exchange), "a user");
    } catch (LinkageError e) {
      throw origin.failure(e);
    }
  }

  @Override
  public boolean mayBlock() {
    return authenticator.mayBlock();
  }

  @Override
  public void close() throws Exception {
    authenticator.close();
  }
}
