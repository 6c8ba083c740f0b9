package dev.postern.proxy.backend;

import dev.postern.api.message.NegotiateProtocolVersion;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A server has sent AuthenticationOk. What it sends from here on was not read.
 *
 * @param method what satisfied it
 * @param negotiated what of the StartupMessage it does not know, or {@code null} where it knows all
 */
record LoggedIn(Method method, @Nullable NegotiateProtocolVersion negotiated) {
  /** How a login is done; shown to the operator. */
  enum Method {
    /**
     * The server asked for nothing: it trusts the address, or the certificate of the TLS
     * connection.
     */
    NOTHING_ASKED,
    /** SCRAM with the key that the client's own proof gave. */
    CLIENT_KEY,
    /** SCRAM with a password. */
    SCRAM_PASSWORD,
    MD5_PASSWORD,
    CLEARTEXT_PASSWORD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
