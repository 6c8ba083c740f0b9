package dev.postern.it;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PosternCluster;
import dev.postern.testkit.WireClient;
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
}
