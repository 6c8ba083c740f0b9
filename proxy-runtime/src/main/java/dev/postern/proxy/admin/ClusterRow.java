package dev.postern.proxy.admin;

import java.util.List;

/**
 * The place of a Postern among several behind one address.
 *
 * @param node which of them it is
 * @param peers the others, as they are configured
 */
public record ClusterRow(int node, List<Peer> peers) {
  /**
   * Another node.
   *
   * @param address where requests are passed on to it, host and port
   */
  public record Peer(int node, String address) {
    @Override
    public String toString() {
      return node + " at " + address;
    }
  }
}
