package dev.postern.api.auth;

import dev.postern.api.Bytes;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a SCRAM-SHA-256 password is proved against (RFC 5803), in PostgreSQL's own text form {@code
 * SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey}. It is not the password, but whoever has it
 * can pose as the server and, with a captured exchange, as the user: {@link #toString()} shows no
 * key.
 */
public final class ScramVerifier {
  /** The length of StoredKey and ServerKey in bytes. */
  public static final int KEY_LENGTH = 32;

  /** The greatest salt length in bytes that is accepted. */
  public static final int MAX_SALT_LENGTH = 1024;

  private static final Pattern TEXT =
      Pattern.compile(
          "SCRAM-SHA-256\\$(\\d{1,10}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

  private final int iterations;
  private final Bytes salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  /**
   * @param iterations 1 or more
   * @param salt 1 to {@value #MAX_SALT_LENGTH} bytes
   * @param storedKey {@value #KEY_LENGTH} bytes
   * @param serverKey {@value #KEY_LENGTH} bytes
   */
  public ScramVerifier(int iterations, Bytes salt, byte[] storedKey, byte[] serverKey) {
    if (iterations < 1) {
      throw new IllegalArgumentException(
          "SCRAM verifier: iterations " + iterations + " (expected: 1 or more)");
    }
    if (salt.length() < 1 || salt.length() > MAX_SALT_LENGTH) {
      throw new IllegalArgumentException(
          "SCRAM verifier: salt of "
              + salt.length()
              + " bytes (expected: 1.."
              + MAX_SALT_LENGTH
              + ")");
    }
    if (storedKey.length != KEY_LENGTH || serverKey.length != KEY_LENGTH) {
      throw new IllegalArgumentException(
          "SCRAM verifier: StoredKey and ServerKey must have " + KEY_LENGTH + " bytes");
    }
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey.clone();
    this.serverKey = serverKey.clone();
  }

  /**
   * Reads PostgreSQL's text form, as in {@code pg_authid.rolpassword}.
   *
   * @throws IllegalArgumentException if it is none; the message never holds the text
   */
  public static ScramVerifier parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a SCRAM-SHA-256 verifier (expected: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>)");
    }
    Base64.Decoder base64 = Base64.getDecoder();
    try {
      return new ScramVerifier(
          Integer.parseInt(matcher.group(1)),
          Bytes.wrap(base64.decode(matcher.group(2))),
          base64.decode(matcher.group(3)),
          base64.decode(matcher.group(4)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("SCRAM verifier: the iteration count is too large", e);
    }
  }

  public int iterations() {
    return iterations;
  }

  public Bytes salt() {
    return salt;
  }

  /** A copy of StoredKey, {@value #KEY_LENGTH} bytes. */
  public byte[] storedKey() {
    return storedKey.clone();
  }

  /** A copy of ServerKey, {@value #KEY_LENGTH} bytes. */
  public byte[] serverKey() {
    return serverKey.clone();
  }

  /** PostgreSQL's text form, keys included: for storing, never for showing. */
  public String toText() {
    Base64.Encoder base64 = Base64.getEncoder();
    return "SCRAM-SHA-256$%d:%s$%s:%s"
        .formatted(
            iterations,
            base64.encodeToString(salt.toByteArray()),
            base64.encodeToString(storedKey),
            base64.encodeToString(serverKey));
  }

  /** Whether one exchange can prove either. */
  public boolean sharesSaltWith(ScramVerifier other) {
    return iterations == other.iterations && salt.equals(other.salt);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScramVerifier that
        && sharesSaltWith(that)
        && MessageDigest.isEqual(storedKey, that.storedKey)
        && MessageDigest.isEqual(serverKey, that.serverKey);
  }

  @Override
  public int hashCode() {
    return 31 * salt.hashCode() + iterations;
  }

  @Override
  public String toString() {
    return "ScramVerifier[iterations="
        + iterations
        + ", salt="
        + salt.length()
        + " bytes, keys hidden]";
  }
}
