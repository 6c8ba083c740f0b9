package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.plugins.oauth.issuer.TokenDraft;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.tenant.TenantRouterFactory;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.Program;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What else a tenant is told by than the database that a client asks for. */
final class TenantMatchesIT {
  private static final List<String> TENANTS = List.of("acme", "globex");

  @TempDir Path files;

  @BeforeAll
  static void createDatabases() {
    Gateways.server().createRole("stranger_marked", Gateways.PASSWORD);
    for (String tenant : TENANTS) {
      Gateways.server().createRole(tenant + "_marked", Gateways.PASSWORD);
      Gateways.server().createDatabase("marked_" + tenant, tenant + "_marked");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void byTheNameOfTheServerThatPsqlConnectsTo(String mode) throws Exception {
    write(mode, "{sni: \"{tenant}.pg.example.com\"}", "");
    try (RunningPostern postern =
        with(RunningPostern.builder().authenticator(new ScramAuthenticatorFactory(), Map.of()))
            .tls(
                Gateways.AUTHORITY.server(
                    "acme.pg.example.com", "globex.pg.example.com", "pg.example.com"))
            .start()) {
      postern.importUser(Gateways.server(), "acme_marked");
      for (String tenant : TENANTS) {
        assertThat(psql(postern, tenant + ".pg.example.com").run().expectSuccess().trimmedOutput())
            .isEqualTo("marked_" + tenant);
      }
      assertThat(psql(postern, "pg.example.com").run().expectFailure().errors())
          .contains("FATAL:  database \"postgres\" does not exist");
    }
  }

  private static Program psql(RunningPostern postern, String host) {
    return Psql.through(postern, "acme_marked")
        .environment("PGHOST", host)
        .environment("PGHOSTADDR", "127.0.0.1")
        .with("-c", "SELECT current_database()");
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void byTheUserWhoIsProved(String mode) throws Exception {
    write(mode, "{user: \"{tenant}_marked\"}", "");
    try (RunningPostern postern =
        with(RunningPostern.builder().authenticator(new ScramAuthenticatorFactory(), Map.of()))
            .start()) {
      for (String tenant : TENANTS) {
        postern.importUser(Gateways.server(), tenant + "_marked");
        try (Connection connection = Gateways.connect(postern, tenant + "_marked")) {
          assertThat(Sql.value(connection, "SELECT current_database()"))
              .isEqualTo("marked_" + tenant);
        }
      }
      postern.importUser(Gateways.server(), "stranger_marked");
      // There is no such database on the server.
      assertThatThrownBy(() -> Gateways.connect(postern, "stranger_marked").close())
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("3D000"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void byAnAttributeThatTheTokenOfTheUserGives(String mode) throws Exception {
    try (TokenGateway tokens = TokenGateway.of(files)) {
      write(
          mode,
          "{attributes: {tenant: \"{tenant}\"}}",
          "login: {user: %s, password: {file: %s}}"
              .formatted(TokenGateway.ROLE, tokens.password()));
      Map<String, Object> claims = Map.of("attributes", Map.of("tenant", "works_for"));
      try (RunningPostern postern = with(tokens.gateway(mode, claims)).start()) {
        for (String tenant : TENANTS) {
          try (WireClient client =
              bearing(postern, tokens.issuer().token().with("works_for", tenant))) {
            assertThat(client.expect('R').int32(0)).isZero();
            client.greeting();
            assertThat(client.queryOne("SELECT current_database()")).isEqualTo("marked_" + tenant);
          }
        }
        try (WireClient client = bearing(postern, tokens.issuer().token())) {
          assertThat(client.expectError().sqlState()).isEqualTo("3D000");
        }
      }
    }
  }

  private static WireClient bearing(RunningPostern postern, TokenDraft token) {
    WireClient client = TokenGateway.asked(postern, "alice");
    client.send(TokenGateway.bearer(token.signed()));
    return client;
  }

  private PosternBuilder with(PosternBuilder builder) {
    return builder.router(
        new TenantRouterFactory(), Map.of("file", files.resolve("tenants.yaml").toString()));
  }

  private void write(String mode, String match, String login) throws IOException {
    Files.writeString(
        files.resolve("tenants.yaml"),
        """
        %s
        pool: {mode: %s}
        tenants:
          - name: "{tenant}"
            match: %s
            backends: [{host: %s, port: %d}]
            database: "marked_{tenant}"
        """
            .formatted(login, mode, match, Gateways.server().host(), Gateways.server().port()));
  }
}
