package dev.postern.plugins.audit;

import dev.postern.api.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a record: SHA-256, or HMAC-SHA-256 (RFC 2104) where there is a key. Used by one
 * thread.
 */
final class ChainHash {
  /** What the first record of a log names as the hash before it. */
  static final String NONE = "0".repeat(64);

  private static final int KEY_ID_LENGTH = 16;

  private final MessageDigest digest;
  private final @Nullable Mac mac;
  private final String keyId;

  private ChainHash(MessageDigest digest, @Nullable Mac mac) {
    this.digest = digest;
    this.mac = mac;
    this.keyId =
        mac == null
            ? ""
            : hash("postern audit key".getBytes(StandardCharsets.US_ASCII))
                .substring(0, KEY_ID_LENGTH);
  }

  static ChainHash of(@Nullable Secret key) {
    try {
      return new ChainHash(MessageDigest.getInstance("SHA-256"), key == null ? null : mac(key));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has these", e);
    }
  }

  private static Mac mac(Secret key) throws GeneralSecurityException {
    byte[] bytes = key.toByteArray();
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
      return mac;
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  String algorithm() {
    return mac == null ? "SHA-256" : "HMAC-SHA-256";
  }

  /** Tells one key from another and nothing about it; empty where there is none. */
  String keyId() {
    return keyId;
  }

  /** In hexadecimal. */
  String hash(byte[] bytes) {
    return HexFormat.of().formatHex(mac == null ? digest.digest(bytes) : mac.doFinal(bytes));
  }

  /** Without the key, of bytes that are no record. */
  String plainHash(byte[] bytes) {
    return HexFormat.of().formatHex(digest.digest(bytes));
  }
}
