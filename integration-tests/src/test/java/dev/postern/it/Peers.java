package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PosternCluster;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Nodes of a cluster before the JVM's server, and clients that cancel. */
final class Peers {
  static final String ROLE = "peers_role";

  private Peers() {}

  /** Nodes whose sessions have connections of their own; the caller closes them. */
  static PosternCluster start(int nodes) {
    return start(nodes, builder -> builder);
  }

  /** The same with something more in the configuration. */
  static PosternCluster start(int nodes, UnaryOperator<PosternBuilder> more) {
    return admitting(
        PosternCluster.start(nodes, node -> more.apply(Gateways.before(Gateways.server()))));
  }

  /** Nodes whose sessions share connections. */
  static PosternCluster startPooled(int nodes, int size) {
    Map<String, Object> route =
        Map.of(
            "name",
            "pooled",
            "backends",
            List.of(Gateways.backend(Gateways.server().host(), Gateways.server().port())),
            "pool",
            Map.of("mode", "transaction", "size", size));
    return admitting(PosternCluster.start(nodes, node -> Gateways.withRoutes(List.of(route))));
  }

  private static PosternCluster admitting(PosternCluster cluster) {
    cluster.importUser(Gateways.server(), ROLE);
    return cluster;
  }

  /** Logs in with protocol 3.0 or 3.2. */
  static WireClient.Greeting login(WireClient client, int protocol) {
    client.send(FrontendPackets.startup(protocol, "user", ROLE, "database", "postgres"));
    client.authenticate(ROLE, Gateways.PASSWORD);
    return client.greeting();
  }

  /** Asks a node to cancel, and waits until it has dealt with that. It says nothing. */
  static void cancel(RunningPostern node, WireClient.Greeting key) {
    cancel(node.address(), key.processId(), key.secret().toByteArray());
  }

  static void cancel(InetSocketAddress address, int processId, byte[] secret) {
    try (WireClient canceller = WireClient.connect(address)) {
      canceller.patience(Duration.ofSeconds(30));
      canceller.send(FrontendPackets.cancelRequest(processId, secret));
      canceller.expectEnd();
    }
  }

  /** Begins a query that only a cancel ends, and waits until it runs. */
  static void sleep(WireClient client, String marker) {
    client.send(FrontendPackets.query("SELECT pg_sleep(300) /* " + marker + " */"));
    awaitRunning(marker);
  }

  static void expectCancelled(WireClient client) {
    assertThat(client.receiveUntil('Z'))
        .filteredOn(message -> message.type() == 'E')
        .extracting(WireMessage::sqlState)
        .containsExactly("57014");
  }

  /** Waits until the server works on a statement. */
  static void awaitRunning(String marker) {
    await().atMost(Duration.ofSeconds(20)).until(() -> isRunning(marker));
  }

  static boolean isRunning(String marker) {
    return Gateways.server()
        .queryOne(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                + " AND query LIKE '%"
                + marker
                + "%'")
        .equals("t");
  }
}
