package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.SqlState;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.session.Session;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.Skip;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/**
 * The main road with each of the operating system's interfaces; all else is tested with the best
 * one.
 */
final class TransportsIT {
  private static final String ROLE = "transports_role";

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  void serveLoginCopyAndCancel(String transport) throws Exception {
    try (RunningPostern postern = with(transport);
        Connection connection = Gateways.connect(postern, ROLE)) {
      Sql.run(connection, "CREATE TEMP TABLE copied (id int)");
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      assertThat(copy.copyIn("COPY copied FROM STDIN", new StringReader("1\n".repeat(200_000))))
          .isEqualTo(200_000);
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(1);
        assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(300)"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  void noticeClientsThatWereCutOff(String transport) {
    PostgresServer server = Gateways.server();
    try (RunningPostern postern = with(transport)) {
      for (int i = 0; i < 10; i++) {
        WireClient client = WireClient.connect(postern.address());
        client.startTls(TestTls.client(Gateways.AUTHORITY));
        client.login(ROLE, Gateways.PASSWORD, "postgres");
        String pid = client.queryOne("SELECT pg_backend_pid()");
        client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
        client.reset();
        Sessions.awaitFree(server, pid);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  void tellClientsWhyASessionEndedThoughMoreOfThemIsUnread(String transport) {
    try (RunningPostern postern = with(transport);
        WireClient client = WireClient.connect(postern.address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      Session session = postern.server().registry().sessions().iterator().next();
      client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
      CompletableFuture<Void> flood =
          CompletableFuture.runAsync(
              () -> client.send(FrontendPackets.query("-".repeat(50_000_000))));
      await().until(() -> session.progress().bytesFromClient() > 1_000_000);
      session.end(CloseReason.KILLED, "by the test", SqlState.ADMIN_SHUTDOWN, "why it ended");
      client.expectFatal("57P01");
      client.close();
      assertThat(flood).failsWithin(Duration.ofSeconds(10));
    }
  }

  private static RunningPostern with(String transport) {
    RunningPostern postern;
    try {
      postern =
          Gateways.before(Gateways.server())
              .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
              .setting("network.transport", transport)
              .start();
    } catch (IllegalStateException e) {
      throw Skip.because(String.valueOf(e.getMessage()));
    }
    assertThat(postern.server().transport().name()).isEqualTo(transport);
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }
}
