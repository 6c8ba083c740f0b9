package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.plugins.oauth.OauthAuthenticatorFactory;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients log in with tokens: libpq 18, and those that know passwords only. */
final class OauthClientsIT {
  @TempDir private static Path files;
  private static TokenGateway tokens;

  @BeforeAll
  static void start() throws IOException {
    tokens = TokenGateway.of(files);
  }

  @AfterAll
  static void stop() {
    tokens.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void libpqLearnsOfTheIssuerAndLogsInWithAToken(String mode) {
    try (RunningPostern postern = tokens.gateway(mode, Map.of()).start()) {
      Libpq libpq = Libpq.load();
      String answer =
          libpq.ask(
              tokens.issuer().token().signed(),
              TokenGateway.parameters(postern, tokens.issuer().issuer()),
              "SELECT current_user");
      assertThat(answer).isEqualTo(TokenGateway.ROLE);
      assertThat(libpq.discovered)
          .containsExactly(tokens.issuer().openidConfiguration(), "postgres");
    }
  }

  @Test
  void libpqShowsWhyATokenIsRefused() {
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start()) {
      Libpq libpq = Libpq.load();
      String expired = tokens.issuer().token().with("exp", 1).signed();
      String unscoped = tokens.issuer().token().with("scope", "openid").signed();

      assertThat(
              libpq.ask(
                  expired, TokenGateway.parameters(postern, tokens.issuer().issuer()), "SELECT 1"))
          .contains("FATAL:  " + TokenGateway.FAILED);
      assertThat(
              libpq.ask(
                  unscoped, TokenGateway.parameters(postern, tokens.issuer().issuer()), "SELECT 1"))
          .contains("server rejected OAuth bearer token: insufficient_scope");
      assertThat(Logs.containing("login refused", "it expired at")).isNotEmpty();
      await()
          .untilAsserted(
              () ->
                  assertThat(Logs.containing("login refused", "it lacks the scope postgres"))
                      .isNotEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openid-configuration", "oauth-authorization-server"})
  void libpqKnowsAnIssuerThatEndsWithASlash(String metadata) {
    String name = tokens.issuer().issuer() + "/";
    Map<String, Object> config =
        Map.of("issuer", name, "jwks", tokens.issuer().jwks(), "metadata", metadata);
    try (RunningPostern postern = tokens.gateway("session", config).start()) {
      assertThat(
              Libpq.load()
                  .ask(
                      tokens.issuer().token().with("iss", name).signed(),
                      TokenGateway.parameters(postern, name),
                      "SELECT current_user"))
          .isEqualTo(TokenGateway.ROLE);
    }
  }

  @Test
  void libpqIsToldOfNoIssuerButItsOwn() {
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start()) {
      assertThat(
              Libpq.load()
                  .ask(
                      tokens.issuer().token().signed(),
                      TokenGateway.parameters(postern, "https://another.example.com"),
                      "SELECT 1"))
          .contains("is incompatible with oauth_issuer (https://another.example.com)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void psqlGivesTheTokenAsItsPassword(String mode) {
    try (RunningPostern postern =
        tokens.gateway(mode, Map.of("password", Map.of("users", List.of("ali*")))).start()) {
      ProgramRun run =
          Psql.through(postern, "alice")
              .environment("PGPASSWORD", tokens.issuer().token().signed())
              .with("-c", "BEGIN; SELECT current_user; COMMIT")
              .run();
      assertThat(run.expectSuccess().trimmedOutput()).isEqualTo(TokenGateway.ROLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void pgjdbcGivesTheTokenAsItsPassword(String mode) throws SQLException {
    try (RunningPostern postern =
        tokens.gateway(mode, Map.of("password", Map.of("always", true))).start()) {
      try (Connection connection =
          Gateways.connect(
              postern, "alice", Map.of("password", tokens.issuer().token().signed()))) {
        assertThat(Sql.value(connection, "SELECT current_user")).isEqualTo(TokenGateway.ROLE);
      }
      String expired = tokens.issuer().token().with("exp", 1).signed();
      assertThatThrownBy(
              () -> Gateways.connect(postern, "alice", Map.of("password", expired)).close())
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }
  }

  @Test
  void noTokenIsTakenAsAPasswordWithoutTls() {
    try (RunningPostern postern =
            RunningPostern.builder()
                .authenticator(
                    new OauthAuthenticatorFactory(),
                    tokens.config(Map.of("password", Map.of("always", true))))
                .router(request -> Gateways.routeTo(Gateways.server()))
                .start();
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
      client.expectFatal("28000");
    }
  }
}
