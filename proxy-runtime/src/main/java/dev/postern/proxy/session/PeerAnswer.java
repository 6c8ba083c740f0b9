package dev.postern.proxy.session;

/**
 * What a node says to the peer that passed a cancel request on to it, before it closes the
 * connection. Clients never hear it.
 */
enum PeerAnswer {
  /** The key is one of a session here, or was until a moment ago. */
  KNOWN('K'),
  /** No session here has, or had, the key: it may be a guess. */
  UNKNOWN('U'),
  /** The key is another node's. */
  NOT_MINE('N'),
  /** None that a peer would give. */
  NONE((char) 0);

  private final byte code;

  PeerAnswer(char code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  static PeerAnswer of(byte code) {
    for (PeerAnswer answer : values()) {
      if (answer.code == code) {
        return answer;
      }
    }
    return NONE;
  }
}
