package dev.postern.plugins.oauth;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.proxy.config.Binder;
import dev.postern.testkit.spi.FakeExchange;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.Assertions;

/**
 * An authenticator made of the configuration file's words, and logins at it. Its clock shows the
 * real time when it is made, and stands until it is moved.
 */
final class Setup implements AutoCloseable {
  static final String AUTHORITY_FILE = "issuer-ca.crt";

  final FakePluginContext context;
  final Authenticator authenticator;

  private Setup(FakePluginContext context, Authenticator authenticator) {
    this.context = context;
    this.authenticator = authenticator;
  }

  /**
   * @param more lines of configuration besides the issuer, its audience and its scopes
   */
  static Setup of(Path home, TestIssuer issuer, String... more) throws Exception {
    return of(home, yaml(issuer, more));
  }

  static String yaml(TestIssuer issuer, String... more) {
    return """
    issuer: %s
    trust: %s
    audience: [postern]
    scopes: [postgres]
    %s
    """
        .formatted(issuer.issuer(), AUTHORITY_FILE, String.join("\n", more));
  }

  static Setup of(Path home, String yaml) throws Exception {
    TestIssuer.AUTHORITY.writeChain(home.resolve(AUTHORITY_FILE));
    FakePluginContext context = FakePluginContext.in(home, "sso");
    context.clock().advance(Duration.between(context.clock().instant(), Instant.now()));
    OauthConfig config = new Binder(home, Map.of()).bind(yaml, OauthConfig.class);
    return new Setup(context, new OauthAuthenticatorFactory().create(config, context));
  }

  /** A client that speaks OAUTHBEARER, and acknowledges a refusal. */
  static FakeExchange bearer(String user, String token) {
    return exchange(user)
        .speaking("OAUTHBEARER", "n,,\u0001auth=Bearer " + token + "\u0001\u0001", "\u0001");
  }

  static FakeExchange exchange(String user) {
    return new FakeExchange(Samples.tlsClient(null), Samples.startup(user, "app"));
  }

  AuthenticatedUser logIn(String user, String token) throws AuthenticationException {
    return authenticator.authenticate(bearer(user, token));
  }

  AuthenticationException refused(String user, String token) {
    return refused(bearer(user, token));
  }

  AuthenticationException refused(FakeExchange exchange) {
    AuthenticationException refusal =
        Assertions.catchThrowableOfType(
            AuthenticationException.class, () -> authenticator.authenticate(exchange));
    Assertions.assertThat(refusal).as("a refusal").isNotNull();
    return Objects.requireNonNull(refusal);
  }

  @Override
  public void close() throws Exception {
    authenticator.close();
    context.close();
  }
}
