package dev.postern.testkit;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes SCRAM-SHA-256 verifiers from passwords (RFC 5802, section 3), for passwords that SASLprep
 * does not change.
 */
public final class TestVerifiers {
  /** PostgreSQL's own number, and the least that RFC 7677 allows. */
  public static final int ITERATIONS = 4096;

  private static final Bytes SALT = Bytes.utf8("a salt for tests");

  private TestVerifiers() {}

  /** With {@value #ITERATIONS} iterations and a fixed salt. */
  public static ScramVerifier of(String password) {
    return of(password, ITERATIONS, SALT);
  }

  public static ScramVerifier of(String password, int iterations, Bytes salt) {
    byte[] salted = saltedPassword(password, iterations, salt);
    return new ScramVerifier(
        iterations, salt, sha256(hmac(salted, "Client Key")), hmac(salted, "Server Key"));
  }

  private static byte[] saltedPassword(String password, int iterations, Bytes salt) {
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt.toByteArray(), iterations, 256);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } finally {
      spec.clearPassword();
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
