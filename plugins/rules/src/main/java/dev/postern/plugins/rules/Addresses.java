package dev.postern.plugins.rules;

import java.net.InetAddress;
import java.util.Locale;

/** Where clients come from. */
sealed interface Addresses {
  record Everywhere() implements Addresses {}

  /** Any address of this machine. */
  record ThisHost() implements Addresses {}

  /** Any network that this machine is in. */
  record ThisNet() implements Addresses {}

  record Network(NumericAddress address, NumericAddress mask) implements Addresses {
    boolean has(InetAddress client) {
      return covers(address.bytes(), mask.bytes(), client.getAddress());
    }
  }

  /** A host name, or what it ends in where it begins with a dot. */
  record Host(String name) implements Addresses {
    boolean is(String client) {
      String actual = client.toLowerCase(Locale.ROOT);
      String expected = name.toLowerCase(Locale.ROOT);
      return expected.startsWith(".")
          ? actual.length() > expected.length() && actual.endsWith(expected)
          : actual.equals(expected);
    }
  }

  static boolean covers(byte[] address, byte[] mask, byte[] client) {
    if (address.length != client.length) {
      return false;
    }
    for (int i = 0; i < client.length; i++) {
      if (((address[i] ^ client[i]) & mask[i]) != 0) {
        return false;
      }
    }
    return true;
  }
}
