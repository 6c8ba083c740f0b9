package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.session.CloseReason;
import org.jspecify.annotations.Nullable;

/** Told once, on the event loop, that a relay has ended. */
@FunctionalInterface
public interface RelayEnd {
  /**
   * The relay has ended; both channels are closing.
   *
   * @param reason why
   * @param detail one line for the operator
   * @param sqlState what the client is told, or {@code null} if Postern says nothing to it
   * @param backendBusy whether the backend may still be working on what the client asked
   */
  void ended(CloseReason reason, String detail, @Nullable SqlState sqlState, boolean backendBusy);
}
