package dev.postern.proxy.channel;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The peer closed the connection, or it broke. */
public final class PeerClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  PeerClosedException(String waitingFor, @Nullable Throwable cause) {
    super("connection closed while waiting for " + waitingFor, cause);
  }
}
