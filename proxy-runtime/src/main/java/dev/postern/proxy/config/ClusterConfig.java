package dev.postern.proxy.config;

import dev.postern.api.Secret;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * This Postern as one of several behind one address, which pass cancel requests on to each other.
 *
 * @param node which of them this is, 1..{@value #HIGHEST_NODE}
 * @param secret known to all of them and nobody else, 32 bytes or more
 * @param peers where the others are reached; the node itself may be among them, so that all can
 *     have the same list
 */
public record ClusterConfig(int node, Secret secret, List<PeerConfig> peers) {
  /** What has room in a cancel key of protocol 3.0 beside a process id. */
  public static final int HIGHEST_NODE = 511;

  /** Each client gets something that was computed with it, and can guess at leisure. */
  private static final int SHORTEST_SECRET = 32;

  public ClusterConfig {
    peers = List.copyOf(peers);
    int length = length(secret);
    Rules rules =
        new Rules()
            .range("node", node, 1, HIGHEST_NODE)
            .require(
                length >= SHORTEST_SECRET,
                () ->
                    "secret: %d bytes (expected: %d or more; \"openssl rand -hex 32\" makes one)"
                        .formatted(length, SHORTEST_SECRET))
            .require(
                peers.stream().anyMatch(peer -> peer.node() != node),
                "peers: no other node (expected: one or more)");
    Set<Integer> taken = new HashSet<>();
    for (int i = 0; i < peers.size(); i++) {
      String place = "peers[" + i + "]";
      int other = peers.get(i).node();
      rules.require(
          taken.add(other), () -> place + ".node: " + other + " is the node of another peer");
    }
    rules.enforce();
  }

  /** All but this node itself. */
  public List<PeerConfig> others() {
    return peers.stream().filter(peer -> peer.node() != node).toList();
  }

  private static int length(Secret secret) {
    byte[] content = secret.toByteArray();
    Arrays.fill(content, (byte) 0);
    return content.length;
  }
}
