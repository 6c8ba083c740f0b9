package dev.postern.proxy.scram;

import static com.ongres.scram.common.ScramMechanism.SCRAM_SHA_256;

import com.ongres.scram.common.ScramFunctions;
import dev.postern.api.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/** The functions of RFC 5802, sections 2.2 and 3, for SHA-256. */
final class Sha256 {
  /** Bytes of randomness in a nonce, as PostgreSQL's SCRAM_RAW_NONCE_LEN. */
  static final int NONCE_LENGTH = 18;

  private static final SecureRandom RANDOM = new SecureRandom();

  private Sha256() {}

  static byte[] hmac(byte[] key, byte[] message) {
    return ScramFunctions.hmac(SCRAM_SHA_256, key, message);
  }

  /** ClientSignature with StoredKey, ServerSignature with ServerKey. */
  static byte[] signature(byte[] key, String authMessage) {
    return hmac(key, authMessage.getBytes(StandardCharsets.ISO_8859_1));
  }

  static byte[] clientKey(byte[] saltedPassword) {
    return ScramFunctions.clientKey(SCRAM_SHA_256, saltedPassword);
  }

  static byte[] serverKey(byte[] saltedPassword) {
    return ScramFunctions.serverKey(SCRAM_SHA_256, saltedPassword);
  }

  static byte[] storedKey(byte[] clientKey) {
    return ScramFunctions.storedKey(SCRAM_SHA_256, clientKey);
  }

  /** ClientProof from ClientKey and ClientSignature, and ClientKey from the other two. */
  static byte[] xor(byte[] a, byte[] b) {
    return ScramFunctions.clientProof(a, b);
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  static String nonce() {
    return base64(random(NONCE_LENGTH));
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static Bytes latin1(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The value of {@code c=}: base64 of the GS2 header and what the channel is bound to. */
  static String channelBinding(String gs2Header, Bytes endpoint) {
    byte[] header = gs2Header.getBytes(StandardCharsets.US_ASCII);
    byte[] bound = endpoint.toByteArray();
    byte[] input = new byte[header.length + bound.length];
    System.arraycopy(header, 0, input, 0, header.length);
    System.arraycopy(bound, 0, input, header.length, bound.length);
    return base64(input);
  }
}
