package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the issuer, and its tokens, mean for sessions, routers and the log. */
final class OauthIssuerIT {
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
  void aTokenThatOnlyTheIssuerCanReadLetsItsUserIn(String mode) {
    String address = tokens.issuer().issuer() + "/introspect";
    tokens
        .issuer()
        .answersAt(
            address,
            exchange ->
                TestIssuer.send(
                    exchange,
                    200,
                    "{\"active\":%b,\"sub\":\"alice\",\"aud\":\"postern\",\"scope\":\"postgres\",\"exp\":%d}"
                        .formatted(
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.US_ASCII)
                                .startsWith("token=good&"),
                            Instant.now().getEpochSecond() + 60)));
    Map<String, Object> introspection =
        Map.of(
            "address",
            address,
            "client-id",
            "postern",
            "client-secret",
            Map.of("file", tokens.password()));
    try (RunningPostern postern =
        tokens.gateway(mode, Map.of("introspection", introspection)).start()) {
      try (WireClient client = TokenGateway.asked(postern, "alice")) {
        client.send(TokenGateway.bearer("good"));
        assertThat(client.expect('R').int32(0)).isZero();
        client.greeting();
        assertThat(client.queryOne("SELECT current_user")).isEqualTo(TokenGateway.ROLE);
      }
      try (WireClient client = TokenGateway.asked(postern, "alice")) {
        client.send(TokenGateway.bearer("bad"));
        assertThat(TokenGateway.challenge(client)).contains("\"status\":\"invalid_token\"");
      }
    }
  }

  @Test
  void theRouterSeesWhatTheTokenSays() {
    Queue<RoutingRequest> requests = new ConcurrentLinkedQueue<>();
    Router router =
        request -> {
          requests.add(request);
          return Gateways.routeTo(Gateways.server());
        };
    Map<String, Object> more =
        Map.of(
            "attributes",
            Map.of("tenant", "org.tenant"),
            "groups",
            Map.of("claim", "realm_access.roles"),
            "role",
            Map.of("claim", "pg_role"));
    try (RunningPostern postern = tokens.gateway("session", more).router(router).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(
          TokenGateway.bearer(
              tokens
                  .issuer()
                  .token()
                  .with("org", Map.of("tenant", "acme"))
                  .with("realm_access", Map.of("roles", List.of("dev", "dba")))
                  .with("pg_role", "app")
                  .signed()));
      client.expectFatal("28000"); // a route that has no password for the role
    }
    assertThat(requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.user().attributes())
                  .isEqualTo(Map.of("groups", "dba,dev", "tenant", "acme"));
              assertThat(request.user().role()).isEqualTo("app");
            });
  }

  @Test
  void whileTheIssuerIsAwayNobodyLogsInAndThenEverybodyDoes() {
    try (TestIssuer away = TestIssuer.started()) {
      away.stop();
      Map<String, Object> config = Map.of("issuer", away.issuer());
      try (RunningPostern postern = tokens.gateway("session", config).start()) {
        try (WireClient client = TokenGateway.asked(postern, "alice")) {
          client.send(TokenGateway.bearer(away.token().signed()));
          assertThat(client.expectFatal("28000").fields())
              .containsEntry('M', "authentication is not available now");
        }
        assertThat(Logs.containing("nobody can log in with a signed token", away.issuer()))
            .isNotEmpty();
        away.start();
        await()
            .untilAsserted(
                () -> {
                  try (WireClient client = TokenGateway.asked(postern, "alice")) {
                    client.send(TokenGateway.bearer(away.token().signed()));
                    assertThat(client.expect('R').int32(0)).isZero();
                    client.greeting();
                  }
                });
        assertThat(Logs.containing("the issuer's keys were read again")).isNotEmpty();
      }
    }
  }

  @Test
  void tokensAreInNoLine() throws SQLException {
    String good = tokens.issuer().token().signed();
    String bad = tokens.issuer().token().with("exp", 1).signed();
    Level before = Logs.level(Level.TRACE);
    try (RunningPostern mechanism = tokens.gateway("session", Map.of()).start();
        RunningPostern password =
            tokens.gateway("session", Map.of("password", Map.of("always", true))).start()) {
      for (String token : List.of(good, bad)) {
        try (WireClient client = TokenGateway.asked(mechanism, "alice")) {
          client.send(TokenGateway.bearer(token));
          client.expect('R');
        }
        try {
          Gateways.connect(password, "alice", Map.of("password", token)).close();
        } catch (SQLException e) {
          assertThat(token).isEqualTo(bad);
        }
      }
      await().untilAsserted(() -> assertThat(Logs.containing("it expired at")).hasSize(2));
    } finally {
      Logs.level(before);
    }
    assertThat(Logs.containing("a token was taken")).hasSize(2);
    for (String token : List.of(good, bad)) {
      for (String part : token.split("\\.", -1)) {
        assertThat(Logs.containing(part)).isEmpty();
      }
    }
  }
}
