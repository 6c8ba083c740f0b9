package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestVerifiers;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Users log in end to end with verifiers copied from the server; no password is stored anywhere.
 */
final class ClientKeyIT {
  private static PostgresServer server;
  private static RunningPostern postern;

  @BeforeAll
  static void start() {
    server = Gateways.server();
    postern = Gateways.before(server).start();
  }

  @AfterAll
  static void stop() {
    postern.close();
  }

  @Test
  void logsInAtAServerThatHoldsTheSameVerifier() {
    server.createRole("key_same", Gateways.PASSWORD);
    postern.importUser(server, "key_same");
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login("key_same", Gateways.PASSWORD, "postgres");
      assertThat(client.queryOne("SELECT session_user")).isEqualTo("key_same");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 32, 64, 200})
  void worksWithASaltOfAnyLength(int length) {
    String role = "key_salt_" + length;
    String verifier =
        TestVerifiers.of(Gateways.PASSWORD, 4096, Bytes.wrap(new byte[length])).toText();
    server.createRole(role, verifier);
    postern.importUser(server, role);
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login(role, Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void worksWithAnotherIterationCount() {
    server.createRole(
        "key_iterations", TestVerifiers.of(Gateways.PASSWORD, 10_000, Bytes.utf8("salt")).toText());
    postern.importUser(server, "key_iterations");
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login("key_iterations", Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void refusesTheLoginWhenTheServersVerifierHasChanged() {
    server.createRole("key_changed", Gateways.PASSWORD);
    postern.importUser(server, "key_changed");
    server.createRole("key_changed", Gateways.PASSWORD);
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "key_changed", "database", "postgres"));
      WireMessage error = Logins.refusal(client, "key_changed");
      assertThat(error.severity()).isEqualTo("FATAL");
      assertThat(error.text()).doesNotContain("salt");
      client.expectEnd();
    }
    assertThat(Logs.containing("key_changed", "salt")).isNotEmpty();
  }

  @Test
  void logsInAgainOnceTheNewVerifierIsImported() {
    server.createRole("key_again", Gateways.PASSWORD);
    postern.importUser(server, "key_again");
    server.createRole("key_again", "another password");
    postern.importUser(server, "key_again");
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login("key_again", "another password", "postgres");
    }
  }
}
