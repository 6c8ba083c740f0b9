package dev.postern.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two Posterns from the zip, each a process of its own, that are one to their clients. */
final class ClusterIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String CLIENT = "a_client_of_a_cluster";

  @TempDir private Path directory;

  @Test
  void passCancelRequestsOnToEachOtherAndShowWhoTheyAre() throws Exception {
    PostgresServer server = PostgresServer.shared();
    int[] ports = {Installation.freePort(), Installation.freePort()};
    List<Installation> nodes = List.of(node(1, ports, server), node(2, ports, server));
    QuickUser user = QuickUser.create(nodes.getFirst(), server, CLIENT);
    nodes.getLast().command(nodes.getFirst().command("", "user", "export"), "user", "import", "-");
    try (Gateway first = nodes.getFirst().run(directory.resolve("first.log"));
        Gateway second = nodes.getLast().run(directory.resolve("second.log"))) {
      first.awaitListening(ports[0], LIMIT);
      second.awaitListening(ports[1], LIMIT);

      cancels(server, user, ports[0], ports[1]);
      cancels(server, user, ports[1], ports[0]);

      assertThat(nodes.getFirst().command("", "status"))
          .containsPattern("node +1\n")
          .containsPattern("peers +2 at 127.0.0.1:" + ports[1] + "\n");
      assertThat(nodes.getLast().command("", "status", "--output", "json"))
          .containsPattern("\"node\": *2\\b")
          .containsPattern("\"address\": *\"127.0.0.1:" + ports[0] + "\"");
      assertThat(first.stop(LIMIT)).isZero();
      assertThat(second.stop(LIMIT)).isZero();
      assertThat(first.log() + second.log()).doesNotContain("[warning]");
    }
  }

  /** A query at one node ends by a request that another one gets. */
  private static void cancels(PostgresServer server, QuickUser user, int port, int asked) {
    try (WireClient client = WireClient.connect(at(port))) {
      WireClient.Greeting key = client.login(user.name(), user.password(), user.name());
      client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
      await().atMost(LIMIT).until(() -> isAsleep(server, user));
      WireClient.cancel(at(asked), key);
      assertThat(client.receiveUntil('Z'))
          .filteredOn(message -> message.type() == 'E')
          .singleElement()
          .satisfies(error -> assertThat(error.sqlState()).isEqualTo("57014"));
    }
  }

  private static boolean isAsleep(PostgresServer server, QuickUser user) {
    return !server
        .query(
            "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND usename = "
                + PostgresServer.literal(user.name()))
        .isEmpty();
  }

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private Installation node(int number, int[] ports, PostgresServer server) throws IOException {
    Installation node =
        Installation.ofBuild(
                name -> name.contains("linux-x64"),
                Files.createDirectory(directory.resolve("node " + number)))
            .environment("POSTERN_CLASS_ARCHIVE", "no");
    node.connect(ports[number - 1], server.host(), server.port());
    node.join(
        """
        cluster:
          node: %d
          secret: {file: conf/cluster.secret}
          peers:
            - {node: 1, host: 127.0.0.1, port: %d}
            - {node: 2, host: 127.0.0.1, port: %d}
        """
            .formatted(number, ports[0], ports[1]),
        "a secret that both nodes of the cluster know");
    return node;
  }
}
