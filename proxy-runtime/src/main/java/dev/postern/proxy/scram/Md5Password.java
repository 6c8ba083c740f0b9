package dev.postern.proxy.scram;

import dev.postern.api.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The answer to AuthenticationMD5Password, for servers that still ask for it: {@code md5} and
 * {@code hex(md5(hex(md5(password, user)), salt))} (PostgreSQL documentation, "Message Flow",
 * "Start-up").
 */
public final class Md5Password {
  private static final HexFormat HEX = HexFormat.of();

  private Md5Password() {}

  /**
   * Answers the server.
   *
   * @param user the role that logs in
   * @param password not closed here
   * @param salt the server's, 4 bytes
   * @return what a PasswordMessage carries; good for this one connection only, and yet the caller
   *     closes it
   */
  public static Secret response(String user, Secret password, byte[] salt) {
    byte[] secret = password.toByteArray();
    byte[] inner = hex(md5(secret, user.getBytes(StandardCharsets.UTF_8)));
    byte[] outer = hex(md5(inner, salt));
    byte[] response = new byte[3 + outer.length];
    System.arraycopy("md5".getBytes(StandardCharsets.US_ASCII), 0, response, 0, 3);
    System.arraycopy(outer, 0, response, 3, outer.length);
    try {
      return Secret.copyOf(response);
    } finally {
      Arrays.fill(secret, (byte) 0);
      Arrays.fill(inner, (byte) 0);
      Arrays.fill(response, (byte) 0);
    }
  }

  private static byte[] md5(byte[] first, byte[] second) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update(first);
      return md5.digest(second);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  private static byte[] hex(byte[] bytes) {
    return HEX.formatHex(bytes).getBytes(StandardCharsets.US_ASCII);
  }
}
