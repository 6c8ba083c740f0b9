package dev.postern.plugins.rules;

/** One line, and what it says of the logins that it is for. */
record Rule(
    Place place,
    Kind kind,
    Names databases,
    Names users,
    Addresses addresses,
    Decision decision,
    Certificate certificate) {

  /** Which connections a line is for. */
  enum Kind {
    /** Unix-domain sockets: Postern's clients come over TCP. */
    LOCAL("local"),
    HOST("host"),
    HOSTSSL("hostssl"),
    HOSTNOSSL("hostnossl"),
    /** GSSAPI encryption, which Postern does not offer. */
    HOSTGSSENC("hostgssenc"),
    HOSTNOGSSENC("hostnogssenc");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    static Kind of(Place place, String word) throws BrokenFileException {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      throw new BrokenFileException(place, "invalid connection type \"" + word + "\"");
    }

    boolean neverComes() {
      return this == LOCAL || this == HOSTGSSENC;
    }

    boolean isFor(boolean encrypted) {
      return switch (this) {
        case LOCAL, HOSTGSSENC -> false;
        case HOST, HOSTNOGSSENC -> true;
        case HOSTSSL -> encrypted;
        case HOSTNOSSL -> !encrypted;
      };
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /** What happens to a login. */
  sealed interface Decision {}

  record Trust() implements Decision {}

  record Reject() implements Decision {}

  /** The client's certificate is the proof. */
  record ByCertificate() implements Decision {}

  /** An authenticator of the configuration decides. */
  record Delegate(String method, String authenticator) implements Decision {}

  /**
   * What is asked of the client's certificate.
   *
   * @param required whether there has to be one
   * @param named whether it has to name the user
   * @param byDn by its whole distinguished name, and not by the common name alone
   * @param map of the ident file; empty: the names have to be equal
   */
  record Certificate(boolean required, boolean named, boolean byDn, String map) {
    static final Certificate NONE = new Certificate(false, false, false, "");
  }
}
