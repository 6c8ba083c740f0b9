package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import java.util.Arrays;
import java.util.concurrent.CancellationException;

/**
 * Makes verifiers from passwords, as PostgreSQL's {@code CREATE ROLE ... PASSWORD} and psql's
 * {@code \password} do. Hashes a password at each call, so it belongs to the administration of
 * users and not to logins. Safe for use by many threads.
 */
public final class VerifierFactory {
  /** PostgreSQL's SCRAM_SHA_256_DEFAULT_ITERATIONS. */
  public static final int DEFAULT_ITERATIONS = 4096;

  /** PostgreSQL's SCRAM_DEFAULT_SALT_LEN, in bytes. */
  public static final int DEFAULT_SALT_LENGTH = 16;

  private VerifierFactory() {}

  /**
   * A verifier with a new salt of {@value #DEFAULT_SALT_LENGTH} random bytes.
   *
   * @param password not empty; not closed here
   * @param iterations 1 or more
   * @throws IllegalArgumentException if the password is empty
   * @throws CancellationException if the thread was interrupted
   */
  public static ScramVerifier create(Secret password, int iterations) {
    return create(password, iterations, Bytes.wrap(Sha256.random(DEFAULT_SALT_LENGTH)));
  }

  /**
   * A verifier with a given salt, so that one exchange can prove it or another with the same.
   *
   * @param password not empty; not closed here
   * @param iterations 1 or more
   * @param salt 1 to {@value ScramVerifier#MAX_SALT_LENGTH} bytes
   * @throws IllegalArgumentException if the password is empty
   * @throws CancellationException if the thread was interrupted
   */
  public static ScramVerifier create(Secret password, int iterations, Bytes salt) {
    if (password.isEmpty()) {
      throw new IllegalArgumentException("the password is empty");
    }
    return verifier(password, iterations, salt);
  }

  /**
   * Whether this is what the password makes.
   *
   * @param password not closed here
   * @throws CancellationException if the thread was interrupted
   */
  public static boolean matches(Secret password, ScramVerifier verifier) {
    return verifier.equals(verifier(password, verifier.iterations(), verifier.salt()));
  }

  /**
   * Whether anybody could log in with no password at all. Such a verifier must not come into a
   * store.
   *
   * @throws CancellationException if the thread was interrupted
   */
  public static boolean isOfEmptyPassword(ScramVerifier verifier) {
    try (Secret empty = Secret.copyOf(new byte[0])) {
      return matches(empty, verifier);
    }
  }

  private static ScramVerifier verifier(Secret password, int iterations, Bytes salt) {
    byte[] secret = password.toByteArray();
    try (DerivedKeys keys = DerivedKeys.from(Hi.saltedPassword(secret, salt, iterations))) {
      return new ScramVerifier(
          iterations, salt, Sha256.storedKey(keys.clientKey()), keys.serverKey());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (CancellationException)
          new CancellationException("interrupted while hashing a password").initCause(e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }
}
