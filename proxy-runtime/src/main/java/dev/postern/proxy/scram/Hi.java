package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * {@code Hi(str, salt, i)} of RFC 5802 section 2.2, which is PBKDF2 with HMAC-SHA-256 and one
 * block. The platform's own PBKDF2 takes characters only, so that it cannot hash a password that is
 * not UTF-8, and cannot be interrupted.
 */
final class Hi {
  private static final int INTERRUPT_CHECKED_EVERY = 256;

  private Hi() {}

  /**
   * SaltedPassword, about a third of a millisecond for each 1,000 iterations.
   *
   * @param password as the user gave it; prepared here
   * @return a new array that the caller wipes
   * @throws InterruptedException if the thread was interrupted; the result is then lost
   */
  static byte[] saltedPassword(byte[] password, Bytes salt, int iterations)
      throws InterruptedException {
    byte[] prepared = Saslprep.prepare(password);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      // HMAC pads its key with zeros: one of them is the same as none, and none is not accepted
      // here.
      mac.init(new SecretKeySpec(prepared.length == 0 ? new byte[1] : prepared, "HmacSHA256"));
      mac.update(salt.asReadOnlyBuffer());
      byte[] u = mac.doFinal(new byte[] {0, 0, 0, 1});
      byte[] result = u.clone();
      for (int i = 1; i < iterations; i++) {
        if (i % INTERRUPT_CHECKED_EVERY == 0 && Thread.interrupted()) {
          throw new InterruptedException("interrupted while hashing a password");
        }
        mac.update(u);
        mac.doFinal(u, 0);
        for (int k = 0; k < result.length; k++) {
          result[k] ^= u[k];
        }
      }
      Arrays.fill(u, (byte) 0);
      return result;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    } finally {
      Arrays.fill(prepared, (byte) 0);
    }
  }
}
