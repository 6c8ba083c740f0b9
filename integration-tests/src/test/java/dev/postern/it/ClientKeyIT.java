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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Users log in end to end with verifiers copied from the server; no password is stored anywhere.
 */
final class ClientKeyIT {
  private static final PostgresServer SERVER = Gateways.server();
  private static final RunningPostern POSTERN = Gateways.before(SERVER).start();

  @AfterAll
  static void stop() {
    POSTERN.close();
  }

  @Test
  void logsInAtAServerThatHoldsTheSameVerifier() {
    SERVER.createRole("key_same", Gateways.PASSWORD);
    POSTERN.importUser(SERVER, "key_same");
    try (WireClient client = WireClient.connect(POSTERN.address())) {
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
    SERVER.createRole(role, verifier);
    POSTERN.importUser(SERVER, role);
    try (WireClient client = WireClient.connect(POSTERN.address())) {
      client.login(role, Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void worksWithAnotherIterationCount() {
    SERVER.createRole(
        "key_iterations", TestVerifiers.of(Gateways.PASSWORD, 10_000, Bytes.utf8("salt")).toText());
    POSTERN.importUser(SERVER, "key_iterations");
    try (WireClient client = WireClient.connect(POSTERN.address())) {
      client.login("key_iterations", Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void refusesTheLoginWhenTheServersVerifierHasChanged() {
    SERVER.createRole("key_changed", Gateways.PASSWORD);
    POSTERN.importUser(SERVER, "key_changed");
    SERVER.createRole("key_changed", Gateways.PASSWORD);
    try (WireClient client = WireClient.connect(POSTERN.address())) {
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
    SERVER.createRole("key_again", Gateways.PASSWORD);
    POSTERN.importUser(SERVER, "key_again");
    SERVER.createRole("key_again", "another password");
    POSTERN.importUser(SERVER, "key_again");
    try (WireClient client = WireClient.connect(POSTERN.address())) {
      client.login("key_again", "another password", "postgres");
    }
  }
}
