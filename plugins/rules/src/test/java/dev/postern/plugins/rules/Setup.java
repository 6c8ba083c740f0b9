package dev.postern.plugins.rules;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.api.session.TlsInfo;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.spi.FakeExchange;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules, and clients that log in by them. */
final class Setup {
  /** Let a client in and say so by their attribute {@code by}. */
  static final Map<String, String> METHODS =
      Map.of("scram-sha-256", "scram", "ldap", "directory", "password", "directory");

  private Setup() {}

  static Authenticator rules(String... lines) throws Exception {
    return create(
        new RulesConfig(null, List.of(lines), METHODS, null, null),
        FakePluginContext.named("rules"));
  }

  static Authenticator file(Path file, @Nullable Path identFile, FakePluginContext context)
      throws Exception {
    return create(new RulesConfig(file, null, METHODS, identFile, null), context);
  }

  static Authenticator create(RulesConfig config, FakePluginContext context) throws Exception {
    return new RulesAuthenticatorFactory().create(config, context);
  }

  /** Rules for hosts whose names the test knows. */
  static Authenticator named(Map<String, String> names, String... lines) throws Exception {
    RulesConfig config = new RulesConfig(null, List.of(lines), METHODS, null, null);
    FakePluginContext context = FakePluginContext.named("rules");
    return new RulesAuthenticator(
        new RulesInService(config, context),
        new HostNames(address -> names.get(address.getHostAddress()), Duration.ofSeconds(30)),
        "rules",
        Set.of());
  }

  static FakeExchange exchange(String address, @Nullable TlsInfo tls, StartupParameters startup) {
    ClientInfo client =
        new ClientInfo(
            "s1",
            new InetSocketAddress(InetAddress.ofLiteral(address), 50000),
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 6432),
            tls);
    return new FakeExchange(client, startup)
        .delegating("scram", by("scram", startup.user()))
        .delegating("directory", by("directory", startup.user()));
  }

  private static AuthenticatedUser by(String authenticator, String user) {
    return AuthenticatedUser.named(user).withAttributes(Map.of("by", authenticator));
  }

  static TlsInfo tls(@Nullable TestCertificate client) {
    return new TlsInfo(
        "TLSv1.3", "TLS_AES_128_GCM_SHA256", null, client == null ? null : client.certificate());
  }

  /** What becomes of a login: trust, the authenticator, or what the client is told. */
  static String outcome(Authenticator rules, FakeExchange exchange) {
    try {
      AuthenticatedUser user = rules.authenticate(exchange);
      return user.attributes().getOrDefault("by", "trust");
    } catch (AuthenticationException e) {
      return e.sqlState() + " " + e.clientMessage();
    }
  }

  static String outcome(Authenticator rules, String address, String user, String database) {
    return outcome(rules, exchange(address, null, Samples.startup(user, database)));
  }
}
