package dev.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.auth.ScramVerifier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PostgresServerIT {
  @Test
  void sharesOneServerWithinTheJvm() {
    assertThat(PostgresServer.shared()).isSameAs(PostgresServer.shared());
  }

  @Test
  void hasTheMajorVersionThatWasAskedFor() {
    PostgresServer server = PostgresServer.shared();
    assertThat(server.queryOne("SHOW server_version")).startsWith(server.version() + ".");
  }

  @Test
  void asksOrdinaryRolesForTheirPassword() throws SQLException {
    PostgresServer server = PostgresServer.shared();
    server.createRole("kit_alice", "right");
    String url = "jdbc:postgresql://%s:%d/postgres".formatted(server.host(), server.port());

    DriverManager.getConnection(url, "kit_alice", "right").close();
    assertThatThrownBy(() -> DriverManager.getConnection(url, "kit_alice", "wrong"))
        .hasMessageContaining("password authentication failed");
  }

  @Test
  void makesTheVerifierThatTestVerifiersMake() {
    PostgresServer server = PostgresServer.shared();
    server.createRole("kit_carol", "secret");
    ScramVerifier verifier = ScramVerifier.parse(server.verifierOf("kit_carol"));
    assertThat(TestVerifiers.of("secret", verifier.iterations(), verifier.salt()))
        .isEqualTo(verifier);
  }

  @Test
  void keepsVerifiersAsPasswordEncryptionSays() {
    try (PostgresServer server =
        PostgresServer.builder().passwordEncryption("md5").hba("host all all all md5").start()) {
      server.createRole("kit_bob", "secret");
      assertThat(server.verifierOf("kit_bob")).startsWith("md5");
    }
  }

  @Test
  void servesTlsWithTheGivenCertificate() {
    TestCertificate authority = TestCertificate.authority("kit CA");
    try (PostgresServer server =
            PostgresServer.builder().tls(authority.server("localhost")).start();
        WireClient client = WireClient.connect(server.address())) {
      client.startTls(TestTls.client(authority));
      assertThat(client.peerCertificate().getSubjectX500Principal().getName())
          .isEqualTo("CN=localhost");
    }
  }

  @Test
  void comesBackWithItsDataAfterBeingKilled() {
    try (PostgresServer server = PostgresServer.builder().start()) {
      int port = server.port();
      server.createDatabase("kept", PostgresServer.SUPERUSER);
      server.execute("CHECKPOINT");
      server.kill();
      server.restart();
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.query("SELECT datname FROM pg_database WHERE datname = 'kept'"))
          .containsExactly("kept");
    }
  }

  @Test
  void killsOneBackend() throws SQLException {
    try (PostgresServer server = PostgresServer.builder().start();
        Connection connection = server.superuser();
        var statement = connection.createStatement()) {
      var row = statement.executeQuery("SELECT pg_backend_pid()");
      row.next();
      server.killBackend(row.getLong(1));
      assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(() -> server.queryOne("SELECT 1").equals("1"));
    }
  }
}
