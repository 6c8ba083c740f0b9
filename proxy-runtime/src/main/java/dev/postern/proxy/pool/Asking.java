package dev.postern.proxy.pool;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to know that the listening connection's server has answered.
 *
 * @param done told on the listener's event loop
 * @param patient whether that can wait for another connection if this one is lost
 */
record Asking(Listener listener, Consumer<@Nullable Exception> done, boolean patient) {
  void tell(@Nullable Exception error) {
    listener.eventLoop().execute(() -> done.accept(error));
  }
}
