package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Sessions go to the servers that answer. */
final class FailoverIT {
  private static final String ROLE = "failover_role";

  @Test
  void sessionsAreSpreadPassOverAServerThatIsDownAndComeBackToIt() throws Exception {
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
                            Map.of("user", "postgres"))))
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
    }
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
