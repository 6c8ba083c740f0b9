package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.oauth.OauthAuthenticatorFactory;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An issuer of tokens, gateways before the JVM's server that trust it, and clients with a token.
 */
final class TokenGateway implements AutoCloseable {
  static final String ROLE = "oauth_shared_role";

  /** What a client is told whose token is refused. */
  static final String FAILED = "OAuth bearer authentication failed for user \"alice\"";

  static final int SASL_CONTINUE = 11;

  private static final int SASL = 10;

  private final Path files;
  private final TestIssuer issuer;

  private TokenGateway(Path files, TestIssuer issuer) {
    this.files = files;
    this.issuer = issuer;
  }

  /** Starts an issuer; the caller closes it. */
  static TokenGateway of(Path files) throws IOException {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    Path password = files.resolve("role.password");
    Files.writeString(password, Gateways.PASSWORD);
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    TestIssuer.AUTHORITY.writeChain(files.resolve("issuer-ca.crt"));
    return new TokenGateway(files, TestIssuer.started());
  }

  TestIssuer issuer() {
    return issuer;
  }

  /** The file with the role's password. */
  String password() {
    return files.resolve("role.password").toString();
  }

  @Override
  public void close() {
    issuer.close();
  }

  static String challenge(WireClient client) {
    WireMessage challenge = client.expect('R');
    assertThat(challenge.int32(0)).isEqualTo(SASL_CONTINUE);
    return challenge.body().slice(4, challenge.body().length() - 4).toUtf8();
  }

  /** A client that has been offered the mechanism. */
  static WireClient asked(RunningPostern postern, String user) {
    WireClient client = WireClient.connect(postern.address());
    client.startTls(TestTls.client(Gateways.AUTHORITY));
    client.send(FrontendPackets.startup("user", user, "database", "postgres"));
    WireMessage offer = client.expect('R');
    assertThat(offer.int32(0)).isEqualTo(SASL);
    assertThat(offer.strings(4)).containsExactly("OAUTHBEARER", "");
    return client;
  }

  static byte[] bearer(String token) {
    return FrontendPackets.saslInitialResponse("OAUTHBEARER", message(token));
  }

  static String message(String token) {
    return "n,,\u0001auth=Bearer " + token + "\u0001\u0001";
  }

  static String parameters(RunningPostern postern, String issuerName) {
    return ("host=localhost hostaddr=127.0.0.1 port=%d user=alice dbname=postgres sslmode=verify-full"
            + " sslrootcert='%s' require_auth=oauth oauth_client_id=tests oauth_issuer=%s"
            + " connect_timeout=20")
        .formatted(postern.port(), Gateways.AUTHORITY_FILE, issuerName);
  }

  /** A gateway whose route logs in as one role; more keys of the plugin's configuration. */
  PosternBuilder gateway(String mode, Map<String, Object> more) {
    return RunningPostern.builder()
        .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
        .authenticator(new OauthAuthenticatorFactory(), config(more))
        .router(
            new StaticRoutesFactory(),
            Map.of(
                "routes",
                List.of(
                    Map.of(
                        "name",
                        "shared",
                        "backends",
                        List.of(
                            Gateways.backend(Gateways.server().host(), Gateways.server().port())),
                        "login",
                        Map.of("user", ROLE, "password", Map.of("file", password())),
                        "pool",
                        Map.of("mode", mode)))));
  }

  Map<String, Object> config(Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>();
    config.put("issuer", issuer.issuer());
    config.put("trust", files.resolve("issuer-ca.crt").toString());
    config.put("audience", List.of("postern"));
    config.put("scopes", List.of("postgres"));
    config.putAll(more);
    return config;
  }
}
