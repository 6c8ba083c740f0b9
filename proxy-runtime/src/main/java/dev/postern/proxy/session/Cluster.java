package dev.postern.proxy.session;

import dev.postern.proxy.backend.BackendConnector;
import dev.postern.proxy.config.ClusterConfig;
import dev.postern.proxy.config.PeerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes behind one address, of which this is one. Safe for use by many threads. */
public final class Cluster {
  private static final Logger log = LoggerFactory.getLogger(Cluster.class);

  private final NodeKeys keys;
  private final Map<Integer, Peer> peers = new HashMap<>();

  /**
   * @param connectTimeout for one connection: to a peer, and of the peer to its server
   */
  public Cluster(ClusterConfig config, BackendConnector connector, Duration connectTimeout) {
    keys = new NodeKeys(config.node(), config.secret());
    for (PeerConfig other : config.others()) {
      Duration patience = connectTimeout.multipliedBy(2);
      peers.put(other.node(), new Peer(other.node(), other.address(), connector, patience));
    }
    log.atInfo()
        .addKeyValue("node", config.node())
        .addKeyValue("peers", config.others().stream().map(PeerConfig::node).toList())
        .log("one of a cluster");
  }

  NodeKeys keys() {
    return keys;
  }

  /** The one with this number, or {@code null} if there is none. */
  @Nullable Peer peer(int node) {
    return peers.get(node);
  }
}
