package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.PostgresServerBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions go to the servers that answer. */
final class FailoverIT {
  private static final String ROLE = "failover_role";

  @ParameterizedTest
  @ValueSource(strings = {"dedicated", "session", "transaction"})
  void sessionsAreSpreadPassOverAServerThatIsDownAndComeBackToIt(String mode) throws Exception {
    try (PostgresServer first = PostgresServer.builder().start();
        PostgresServer second = PostgresServer.builder().start();
        RunningPostern postern =
            Gateways.withRoutes(
                    List.of(
                        Map.of(
                            "name",
                            "spread",
                            "backends",
                            List.of(
                                Gateways.backend(first.host(), first.port()),
                                Gateways.backend(second.host(), second.port())),
                            "login",
                            Map.of("user", "postgres"),
                            "pool",
                            Map.of("mode", mode))))
                .start()) {
      postern.addUser(ROLE, Gateways.PASSWORD);
      assertThat(ports(postern, 6)).isEqualTo(Map.of(first.port(), 3, second.port(), 3));
      int port = first.port();
      first.stop();
      assertThat(ports(postern, 4)).isEqualTo(Map.of(second.port(), 4));
      first.restart();
      assertThat(first.port()).isEqualTo(port);
      org.awaitility.Awaitility.await()
          .until(() -> ports(postern, 2).equals(Map.of(first.port(), 1, second.port(), 1)));
      String backend = "backend=\"127.0.0.1:" + port + "\"";
      assertThat(Logs.containing("backend is up again", backend, "route=\"spread\"")).hasSize(1);
    }
  }

  @Test
  void sessionsPassOverAServerThatIsFull() throws Exception {
    PostgresServerBuilder small =
        trusting().setting("max_connections", "5").setting("superuser_reserved_connections", "3");
    try (PostgresServer full = small.start();
        PostgresServer other = trusting().start();
        RunningPostern postern = spread(full, other)) {
      try (Connection one = full.superuser();
          Connection two = full.superuser()) {
        assertThat(one.isValid(5) && two.isValid(5)).isTrue();
        assertThat(ports(postern, 4)).isEqualTo(Map.of(other.port(), 4));
        other.stop();
        try (WireClient client = WireClient.connect(postern.address())) {
          client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
          assertThat(Logins.refusal(client, ROLE).sqlState()).isEqualTo("53300");
        }
      }
    }
  }

  @Test
  void aServerThatRefusesOneDatabaseOrOneRoleIsNotPassedOverByOthers() throws Exception {
    try (PostgresServer first = trusting().start();
        PostgresServer second = trusting().start();
        RunningPostern postern = spread(first, second)) {
      List.of(first, second)
          .forEach(server -> server.execute("CREATE ROLE limited LOGIN CONNECTION LIMIT 0"));
      postern.addUser("limited", Gateways.PASSWORD);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> Gateways.connect(postern, "limited"))
            .hasMessageContaining("too many connections for role");
        try (WireClient client = WireClient.connect(postern.address())) {
          client.send(FrontendPackets.startup("user", ROLE, "database", "nowhere"));
          assertThat(Logins.refusal(client, ROLE).sqlState()).isEqualTo("3D000");
        }
      }
      assertThat(ports(postern, 4)).isEqualTo(Map.of(first.port(), 2, second.port(), 2));
    }
  }

  private static PostgresServerBuilder trusting() {
    return PostgresServer.builder().hba("host all all 127.0.0.1/32 trust");
  }

  /** A gateway that spreads the sessions of {@link #ROLE} over two servers. */
  private static RunningPostern spread(PostgresServer... servers) {
    List<Map<String, Object>> backends =
        Arrays.stream(servers).map(each -> Gateways.backend(each.host(), each.port())).toList();
    RunningPostern postern =
        Gateways.withRoutes(List.of(Map.of("name", "spread", "backends", backends))).start();
    for (PostgresServer server : servers) {
      server.execute("CREATE ROLE " + ROLE + " LOGIN");
    }
    postern.addUser(ROLE, Gateways.PASSWORD);
    return postern;
  }

  /** How many of so many sessions came to which server. */
  private static Map<Integer, Integer> ports(RunningPostern postern, int sessions)
      throws Exception {
    Map<Integer, Integer> ports = new TreeMap<>();
    for (int i = 0; i < sessions; i++) {
      try (Connection connection = Gateways.connect(postern, ROLE);
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT inet_server_port()")) {
        row.next();
        ports.merge(row.getInt(1), 1, Integer::sum);
      }
    }
    return ports;
  }
}
