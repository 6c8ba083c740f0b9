package dev.postern.proxy.scram;

import java.util.Optional;

/** The SASL mechanisms that PostgreSQL and Postern have in common. */
public enum Mechanism {
  SCRAM_SHA_256("SCRAM-SHA-256"),
  /** With channel binding {@code tls-server-end-point}; over TLS only. */
  SCRAM_SHA_256_PLUS("SCRAM-SHA-256-PLUS");

  private final String saslName;

  Mechanism(String saslName) {
    this.saslName = saslName;
  }

  /** As registered with IANA, and as AuthenticationSASL and SASLInitialResponse carry it. */
  public String saslName() {
    return saslName;
  }

  /** Whether the exchange is bound to the TLS connection. */
  public boolean bindsChannel() {
    return this == SCRAM_SHA_256_PLUS;
  }

  static Optional<Mechanism> named(String saslName) {
    for (Mechanism mechanism : values()) {
      if (mechanism.saslName.equals(saslName)) {
        return Optional.of(mechanism);
      }
    }
    return Optional.empty();
  }
}
