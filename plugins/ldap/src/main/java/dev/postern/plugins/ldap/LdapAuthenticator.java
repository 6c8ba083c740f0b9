package dev.postern.plugins.ldap;

import dev.postern.api.Counter;
import dev.postern.api.FailureKind;
import dev.postern.api.PluginContext;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Safe for use by many threads. */
final class LdapAuthenticator implements Authenticator {
  private static final Duration UPKEEP = Duration.ofSeconds(10);

  private final LdapConfig config;
  private final Directory directory;
  private final UserLogin login;
  private final Admission admission;
  private final Semaphore places;
  private final Counter refusals;

  LdapAuthenticator(LdapConfig config, PluginContext context) {
    String instance = context.instanceName();
    this.config = config;
    this.directory = new Directory(config, instance);
    context.every(UPKEEP, directory::closeExpired);
    this.refusals = context.counter("refused_logins", "Logins that the directory has refused.");
    this.login = new UserLogin(config);
    this.admission = new Admission(config, instance);
    this.places = new Semaphore(config.limits().effectiveConcurrentLogins(), true);
  }

  @Override
  public boolean claims(ClientInfo client, StartupParameters startup) {
    return config.chain() == null || config.chain().isFor(startup);
  }

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    String user = exchange.startup().user();
    try (Secret password = exchange.cleartextPassword()) {
      long asked = System.nanoTime();
      try {
        // With an empty one a bind succeeds, and proves nothing (RFC 4513, section 5.1.2).
        if (password.isEmpty()) {
          throw AuthenticationException.invalidPassword(user, "the password is empty");
        }
        return admission.admit(inTurn(user, password), password);
      } catch (AuthenticationException e) {
        if (e.sqlState().equals(SqlState.INVALID_PASSWORD)) {
          refusals.add(1);
          awaitRefusal(asked);
        }
        throw e;
      }
    }
  }

  private DirectoryUser inTurn(String user, Secret password) throws AuthenticationException {
    Deadline deadline = Deadline.in(config.timeouts().effectiveLogin());
    try {
      if (!places.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AuthenticationException(
            SqlState.TOO_MANY_CONNECTIONS,
            FailureKind.OVERLOAD,
            "too many logins at once, try again later",
            "limits.concurrent-logins are at the directory, and timeouts.login has passed",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw AuthenticationException.unavailable("the login was ended from outside", e);
    }
    try {
      return directory.ask(deadline, server -> login.perform(server, user, password, deadline));
    } finally {
      places.release();
    }
  }

  /** So that the time tells nobody whether there is such a user. */
  private void awaitRefusal(long asked) {
    long left = asked + config.effectiveRefuseAfter().toNanos() - System.nanoTime();
    try {
      TimeUnit.NANOSECONDS.sleep(left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    directory.close();
    if (config.account() != null) {
      config.account().password().close();
    }
  }
}
