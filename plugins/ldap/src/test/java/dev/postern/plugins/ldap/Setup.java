package dev.postern.plugins.ldap;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.testkit.spi.FakeExchange;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.Assertions;

/** Makes authenticators out of the configuration file's words, and logs in at them. */
final class Setup {
  private Setup() {}

  static LdapConfig config(Path home, String yaml) throws ConfigurationException {
    return new Binder(home, Map.of("ACCOUNT_PASSWORD", TestDirectory.ACCOUNT_PASSWORD))
        .bind(yaml, LdapConfig.class);
  }

  static Authenticator authenticator(Path home, String yaml) throws ConfigurationException {
    return new LdapAuthenticatorFactory()
        .create(config(home, yaml), FakePluginContext.named("directory"));
  }

  static FakeExchange exchange(String user, String password) {
    return new FakeExchange(Samples.tlsClient(null), Samples.startup(user, "app"))
        .sending(password);
  }

  static AuthenticatedUser logIn(Authenticator authenticator, String user, String password)
      throws AuthenticationException {
    return authenticator.authenticate(exchange(user, password));
  }

  static AuthenticationException refused(
      Authenticator authenticator, String user, String password) {
    return Objects.requireNonNull(
        Assertions.catchThrowableOfType(
            AuthenticationException.class, () -> logIn(authenticator, user, password)));
  }

  static Secret secret(String text) {
    return Secret.ofPassword(text.toCharArray());
  }
}
