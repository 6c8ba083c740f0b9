package dev.postern.proxy.user;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;
import java.util.Random;

/** Verifiers of passwords that nobody knows. */
final class Verifiers {
  private static final Random RANDOM = new Random(42);

  private Verifiers() {}

  static ScramVerifier any() {
    return withSalt(Bytes.wrap(bytes(16)), 4096);
  }

  static ScramVerifier sharingSaltWith(ScramVerifier other) {
    return withSalt(other.salt(), other.iterations());
  }

  static ScramVerifier withSalt(Bytes salt, int iterations) {
    return new ScramVerifier(iterations, salt, bytes(32), bytes(32));
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
