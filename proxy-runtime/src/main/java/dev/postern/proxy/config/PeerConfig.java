package dev.postern.proxy.config;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls.Mode;

/**
 * One node of a cluster, as the others reach it.
 *
 * @param node which one, 1..{@value ClusterConfig#HIGHEST_NODE}
 * @param host a name or an address at which this node listens, and no other
 * @param port of one of its listeners, 1..65535
 * @param tls how the connection is protected
 */
public record PeerConfig(int node, String host, int port, PeerTlsConfig tls) {

  public PeerConfig {
    new Rules()
        .range("node", node, 1, ClusterConfig.HIGHEST_NODE)
        .require(!host.isBlank(), "host: empty (expected: a name or an address)")
        .range("port", port, 1, 65535)
        .enforce();
  }

  /** A peer is spoken to as a server is. */
  public Backend address() {
    Mode usual = ListenerConfig.isLoopback(host) ? Mode.PREFER : Mode.REQUIRE;
    return new Backend(host, port, tls.toBackendTls(usual));
  }
}
