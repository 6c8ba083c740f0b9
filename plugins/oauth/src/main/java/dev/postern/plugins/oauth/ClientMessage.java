package dev.postern.plugins.oauth;

import dev.postern.api.FailureKind;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A client's messages in OAUTHBEARER (RFC 7628, section 3.1), read as strictly as PostgreSQL 18
 * does:
 *
 * <pre>
 * gs2-header = ("n" / "y") ",,"
 * kvpair     = key "=" value %x01
 * message    = gs2-header %x01 *kvpair %x01
 * </pre>
 */
final class ClientMessage {
  private static final char SEPARATOR = 0x01;
  private static final String AUTH = "auth";

  private final String text;
  private int at;

  private ClientMessage(String text) {
    this.text = text;
  }

  /**
   * The value of {@code auth} in the first message: as of an Authorization header, or empty where
   * the client asks who the issuer is.
   *
   * @throws AuthenticationException {@code 08P01} if the message is malformed
   */
  static String auth(Secret message) throws AuthenticationException {
    byte[] content = message.toByteArray();
    try {
      return new ClientMessage(new String(content, StandardCharsets.ISO_8859_1)).auth();
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** Whether it is the one answer that a client may give to a refusal (section 3.2.3). */
  static boolean isAcknowledgement(Secret message) {
    byte[] content = message.toByteArray();
    return content.length == 1 && content[0] == SEPARATOR;
  }

  static AuthenticationException malformed(String detail) {
    return new AuthenticationException(
        SqlState.PROTOCOL_VIOLATION,
        FailureKind.CLIENT,
        "malformed OAUTHBEARER message",
        "malformed OAUTHBEARER message: " + detail,
        null);
  }

  private String auth() throws AuthenticationException {
    if (text.isEmpty()) {
      throw malformed("it is empty");
    }
    header();
    String auth = null;
    while (true) {
      int end = text.indexOf(SEPARATOR, at);
      if (end < 0) {
        throw malformed("no final separator");
      }
      String pair = text.substring(at, end);
      at = end + 1;
      if (pair.isEmpty()) {
        break;
      }
      String value = valueOfAuth(pair);
      if (value != null && auth != null) {
        throw malformed("several auth values");
      }
      auth = value == null ? auth : value;
    }
    if (at != text.length()) {
      throw malformed("something is behind its end");
    }
    if (auth == null) {
      throw malformed("no auth value");
    }
    return auth;
  }

  private void header() throws AuthenticationException {
    char binding = next();
    if (binding == 'p') {
      throw malformed("channel binding, which OAUTHBEARER does not have");
    }
    if (binding != 'n' && binding != 'y') {
      throw malformed("an unknown channel-binding flag");
    }
    expect(',');
    if (at < text.length() && text.charAt(at) == 'a') {
      throw new AuthenticationException(
          SqlState.FEATURE_NOT_SUPPORTED,
          FailureKind.CLIENT,
          "client uses authorization identity, but it is not supported",
          "the client names an authorization identity",
          null);
    }
    expect(',');
    expect(SEPARATOR);
  }

  private char next() throws AuthenticationException {
    if (at >= text.length()) {
      throw malformed("it ends too early");
    }
    return text.charAt(at++);
  }

  private void expect(char character) throws AuthenticationException {
    if (next() != character) {
      throw malformed("not a GS2 header");
    }
  }

  /** {@code null}: it is another pair, which does not count. */
  private static @Nullable String valueOfAuth(String pair) throws AuthenticationException {
    int equals = pair.indexOf('=');
    if (equals < 0) {
      throw malformed("a key without a value");
    }
    String key = pair.substring(0, equals);
    if (key.isEmpty() || !key.chars().allMatch(ClientMessage::isLetter)) {
      throw malformed("an invalid key");
    }
    String value = pair.substring(equals + 1);
    if (!value.chars().allMatch(ClientMessage::isValue)) {
      throw malformed("an invalid value");
    }
    return key.equals(AUTH) ? value : null;
  }

  private static boolean isLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isValue(int c) {
    return (c >= 0x21 && c <= 0x7E) || c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }
}
