package dev.postern.proxy.channel;

import java.io.IOException;

/**
 * The peer sent bytes in clear where TLS was to begin: an attempt to have them taken as protected,
 * or a broken peer.
 */
public final class PlaintextBeforeTlsException extends IOException {
  private static final long serialVersionUID = 1L;

  PlaintextBeforeTlsException() {
    super("received unencrypted data after the SSL request");
  }
}
