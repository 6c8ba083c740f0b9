package dev.postern.plugins.rules;

import dev.postern.api.Bytes;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The addresses of this machine, read again where what is known is some seconds old. Safe for use
 * by many threads.
 */
final class Interfaces {
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

  private record Known(List<Addresses.Network> networks, long at) {}

  private volatile Known known = new Known(List.of(), System.nanoTime() - FRESH_NANOS);

  boolean hasHost(InetAddress client) throws UndecidedException {
    for (Addresses.Network network : networks()) {
      if (network.address().content().equals(Bytes.wrap(client.getAddress()))) {
        return true;
      }
    }
    return false;
  }

  boolean hasNet(InetAddress client) throws UndecidedException {
    for (Addresses.Network network : networks()) {
      if (network.has(client)) {
        return true;
      }
    }
    return false;
  }

  private List<Addresses.Network> networks() throws UndecidedException {
    Known last = known;
    long now = System.nanoTime();
    if (now - last.at() < FRESH_NANOS) {
      return last.networks();
    }
    try {
      List<Addresses.Network> networks = new ArrayList<>();
      for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
        for (InterfaceAddress address : one.getInterfaceAddresses()) {
          byte[] bytes = address.getAddress().getAddress();
          networks.add(
              new Addresses.Network(
                  new NumericAddress(Bytes.wrap(bytes)),
                  NumericAddress.mask(address.getNetworkPrefixLength(), bytes.length)));
        }
      }
      known = new Known(List.copyOf(networks), now);
      return networks;
    } catch (SocketException e) {
      throw new UndecidedException("this machine's addresses cannot be read", e);
    }
  }
}
