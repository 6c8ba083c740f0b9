package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes up verifiers for users who have none, so that a client cannot find out which names exist. A
 * name always gets the same salt, also after a restart; the keys are random for each process, and a
 * {@link ScramServer} refuses even a proof that fits them. Safe for use by many threads.
 */
public final class MockVerifiers {
  private static final byte[] LABEL = "Postern mock salt\0".getBytes(StandardCharsets.US_ASCII);

  private final Secret serverSecret;
  private final int iterations;
  private final int saltLength;
  private final byte[] storedKey;
  private final byte[] serverKey;

  /**
   * @param serverSecret kept as long as the store is; the same on all nodes that share it. Not
   *     closed here, and not empty
   * @param iterations what the users of the store have
   * @param saltLength what the users of the store have; 1 to 32 bytes
   */
  public MockVerifiers(Secret serverSecret, int iterations, int saltLength) {
    this(
        serverSecret,
        iterations,
        saltLength,
        Sha256.random(ScramVerifier.KEY_LENGTH),
        Sha256.random(ScramVerifier.KEY_LENGTH));
  }

  MockVerifiers(
      Secret serverSecret, int iterations, int saltLength, byte[] storedKey, byte[] serverKey) {
    if (serverSecret.isEmpty()) {
      throw new IllegalArgumentException("the server secret is empty");
    }
    if (iterations < 1) {
      throw new IllegalArgumentException("iterations: " + iterations + " (expected: 1 or more)");
    }
    if (saltLength < 1 || saltLength > ScramVerifier.KEY_LENGTH) {
      throw new IllegalArgumentException(
          "saltLength: " + saltLength + " (expected: 1.." + ScramVerifier.KEY_LENGTH + " bytes)");
    }
    this.serverSecret = serverSecret;
    this.iterations = iterations;
    this.saltLength = saltLength;
    this.storedKey = storedKey.clone();
    this.serverKey = serverKey.clone();
  }

  /** The verifier that stands in for this name's. */
  public ScramVerifier forUser(String name) {
    byte[] key = serverSecret.toByteArray();
    byte[] user = name.getBytes(StandardCharsets.UTF_8);
    byte[] labelled = Arrays.copyOf(LABEL, LABEL.length + user.length);
    System.arraycopy(user, 0, labelled, LABEL.length, user.length);
    byte[] salt = Arrays.copyOf(Sha256.hmac(key, labelled), saltLength);
    Arrays.fill(key, (byte) 0);
    return new ScramVerifier(iterations, Bytes.wrap(salt), storedKey, serverKey);
  }
}
