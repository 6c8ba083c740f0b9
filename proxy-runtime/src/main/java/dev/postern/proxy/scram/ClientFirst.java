package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;

/**
 * A client-first-message (RFC 5802, section 7).
 *
 * @param gs2Header the flag with its commas: {@code n,,}, {@code y,,} or {@code
 *     p=tls-server-end-point,,}
 * @param bare client-first-message-bare, one character for each byte
 * @param nonce the client's
 */
record ClientFirst(String gs2Header, String bare, String nonce) {
  static final String BINDING_TYPE = "tls-server-end-point";

  /** Ours, in characters. PostgreSQL has no bound of its own beside that of the message. */
  static final int MAX_NONCE_LENGTH = 512;

  /**
   * @param mechanism what the client selected
   * @param plusOffered whether the client could have selected SCRAM-SHA-256-PLUS
   */
  static ClientFirst parse(Bytes message, Mechanism mechanism, boolean plusOffered)
      throws ScramSyntaxException {
    AttributeReader reader = AttributeReader.of(message, ScramServer.MAX_MESSAGE_LENGTH);
    String flag = flag(reader, mechanism, plusOffered);
    if (reader.isAt('a')) {
      throw new ScramSyntaxException(
          SqlState.FEATURE_NOT_SUPPORTED,
          "client uses authorization identity, but it is not supported");
    }
    reader.comma();
    String bare = reader.rest();
    if (reader.isAt('m')) {
      throw new ScramSyntaxException(
          SqlState.FEATURE_NOT_SUPPORTED, "client requires an unsupported SCRAM extension");
    }
    reader.value('n');
    String nonce = reader.value('r');
    if (nonce.length() > MAX_NONCE_LENGTH) {
      throw ScramSyntaxException.malformed(
          "nonce: " + nonce.length() + " (expected: 1.." + MAX_NONCE_LENGTH + " characters)");
    }
    if (!AttributeReader.isPrintable(nonce)) {
      throw ScramSyntaxException.malformed("nonce empty or not printable");
    }
    reader.skipExtensions((char) 0);
    return new ClientFirst(flag + ",,", bare, nonce);
  }

  private static String flag(AttributeReader reader, Mechanism mechanism, boolean plusOffered)
      throws ScramSyntaxException {
    if (reader.isAt('p')) {
      if (!mechanism.bindsChannel()) {
        throw ScramSyntaxException.malformed(
            "the client selected SCRAM-SHA-256 without channel binding, but the message includes"
                + " channel binding data");
      }
      if (!reader.value('p').equals(BINDING_TYPE)) {
        throw new ScramSyntaxException(
            SqlState.PROTOCOL_VIOLATION,
            "unsupported SCRAM channel-binding type (expected: " + BINDING_TYPE + ")");
      }
      return "p=" + BINDING_TYPE;
    }
    char flag = reader.next("channel-binding flag");
    if (flag != 'n' && flag != 'y') {
      throw ScramSyntaxException.malformed("unexpected channel-binding flag");
    }
    if (mechanism.bindsChannel()) {
      throw ScramSyntaxException.malformed(
          "the client selected SCRAM-SHA-256-PLUS, but the message does not include channel binding"
              + " data");
    }
    if (flag == 'y' && plusOffered) {
      throw new ScramSyntaxException(
          SqlState.INVALID_AUTHORIZATION,
          "SCRAM channel binding negotiation error: the client supports SCRAM channel binding but"
              + " thinks the server does not, and it does");
    }
    reader.comma();
    return String.valueOf(flag);
  }
}
