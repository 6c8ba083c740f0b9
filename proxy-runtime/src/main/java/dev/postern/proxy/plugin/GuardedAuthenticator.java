package dev.postern.proxy.plugin;

import dev.postern.api.FailureKind;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.util.Set;

/**
 * Runs a plugin's authenticator with its own class loader, and keeps its errors apart from ours.
 */
record GuardedAuthenticator(Origin origin, Authenticator authenticator, Calls calls)
    implements Authenticator {

  static GuardedAuthenticator of(Instance<Authenticator> instance) {
    return new GuardedAuthenticator(instance.origin(), instance.plugin(), instance.calls());
  }

  @Override
  public boolean claims(ClientInfo client, StartupParameters startup) {
    try (LoaderScope _ = origin.enter()) {
      return authenticator.claims(client, startup);
    } catch (RuntimeException | Error e) {
      calls.add(1); // one that only says yes or no is not counted: it may come with each login
      throw origin.failure(e, calls);
    }
  }

  @Override
  public Set<String> delegates() {
    return authenticator.delegates();
  }

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    long begin = System.nanoTime();
    calls.add(1);
    try (LoaderScope _ = origin.enter()) {
      return origin.present(authenticator.authenticate(exchange), "a user");
    } catch (RuntimeException | Error e) {
      throw origin.failure(e, calls);
    } catch (AuthenticationException e) {
      if (e.kind() == FailureKind.PLUGIN) {
        calls.failed();
      }
      throw e;
    } finally {
      calls.took(System.nanoTime() - begin);
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
