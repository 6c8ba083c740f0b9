package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;

/**
 * A client-final-message (RFC 5802, section 7).
 *
 * @param channelBinding the base64 text of {@code c=}
 * @param nonce the client's and the server's together
 * @param withoutProof client-final-message-without-proof, one character for each byte
 * @param proof ClientProof, 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; lives for one method call
record ClientFinal(String channelBinding, String nonce, String withoutProof, byte[] proof) {
  static ClientFinal parse(Bytes message) throws ScramSyntaxException {
    AttributeReader reader = AttributeReader.of(message, ScramServer.MAX_MESSAGE_LENGTH);
    String channelBinding = reader.value('c');
    String nonce = reader.value('r');
    reader.skipExtensions('p');
    String withoutProof = reader.upTo(reader.position());
    byte[] proof = proof(reader.value('p'));
    if (!reader.atEnd()) {
      throw ScramSyntaxException.malformed("garbage found at the end of client-final-message");
    }
    return new ClientFinal(channelBinding, nonce, withoutProof, proof);
  }

  private static byte[] proof(String text) throws ScramSyntaxException {
    try {
      byte[] proof = AttributeReader.base64(text);
      if (proof.length == ScramVerifier.KEY_LENGTH) {
        return proof;
      }
    } catch (IllegalArgumentException notBase64) {
      // refused below, in the same words
    }
    throw ScramSyntaxException.malformed("malformed proof in client-final-message");
  }
}
