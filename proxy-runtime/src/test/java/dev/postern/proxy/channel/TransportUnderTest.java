package dev.postern.proxy.channel;

import org.junit.jupiter.api.Assumptions;

final class TransportUnderTest {
  private TransportUnderTest() {}

  /** Skips the test where there is no such transport. */
  static Transport named(String name) {
    try {
      return Transport.named(name);
    } catch (IllegalArgumentException e) {
      return Assumptions.abort(String.valueOf(e.getMessage()));
    }
  }
}
