package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.postern.api.message.FrontendMessage;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the log must not hold, at any level. */
final class SecretsIT {
  private static PostgresServer server;
  private static Level usual;

  @BeforeAll
  static void logEverything() {
    server = Gateways.server();
    usual = Logs.level(Level.TRACE);
  }

  @AfterAll
  static void logAsUsual() {
    Logs.level(usual);
  }

  @Test
  void logsNoPasswordVerifierKeyOrQuery() {
    String password = "planted-password-4711";
    String role = "secrets_role";
    server.createRole(role, password);
    String verifier = server.verifierOf(role);
    byte[] cancelKey;
    try (RunningPostern postern =
            Gateways.before(server)
                .interceptor(
                    "watcher",
                    (session, interests) ->
                        interests.observeFrontend(FrontendMessage.class, message -> {}))
                .start();
        WireClient client = WireClient.connect(postern.address());
        WireClient wrong = WireClient.connect(postern.address())) {
      postern.importUser(server, role);
      cancelKey = client.login(role, password, "postgres").secret().toByteArray();
      client.query("SELECT 'planted-literal-4711'");
      client.query("SELECT 1/0 -- planted-comment-4711");
      client.send(
          FrontendPackets.parse("", "SELECT $1"),
          FrontendPackets.bind("", "", "planted-value-4711"),
          FrontendPackets.execute("", 0),
          FrontendPackets.sync());
      client.receiveUntil('Z');
      wrong.send(FrontendPackets.startup("user", role, "database", "postgres"));
      Logins.refusal(wrong, role, "planted-wrong-password-4711");
    }
    List<String> parts = List.of(verifier.split("\\$", -1));
    String[] keys = parts.getLast().split(":", -1);
    List<String> secrets =
        List.of(
            "planted-",
            keys[0],
            keys[1],
            Base64.getEncoder().encodeToString(cancelKey),
            java.util.HexFormat.of().formatHex(cancelKey));
    assertThat(Logs.lines()).isNotEmpty();
    for (String secret : secrets) {
      assertThat(Logs.lines()).noneMatch(line -> line.contains(secret));
    }
  }

  @Test
  void logsNoControlCharacterOfAClient() {
    String evil = "evil\nFATAL forged line\u001b[2J${jndi:ldap://x}";
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(
          FrontendPackets.startup("user", evil, "database", evil, "application_name", evil));
      WireMessage error = Logins.refusal(client, evil);
      assertThat(error.sqlState()).isEqualTo("28P01");
    }
    assertThat(Logs.asWritten("forged line"))
        .isNotEmpty()
        .allSatisfy(written -> assertThat(written.strip()).doesNotContain("\n", "\r", "\u001b"));
  }
}
