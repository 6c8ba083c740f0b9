package dev.postern.proxy.pool;

import dev.postern.api.message.ErrorResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a connection that nobody has any more comes back to its share: not before the cancel requests
 * for it are over, and cleaned. Called on its home loop.
 */
final class Return {
  private static final Logger log = LoggerFactory.getLogger(Return.class);

  private final PooledBackend backend;
  private final BackendPort port;
  private final Share share;
  private int cancels;

  /** Whether the server may yet hear of a cancel request that is over for us. */
  private boolean threatened;

  /** What is to be cleaned when the cancel requests are over. */
  private @Nullable List<String> delayed;

  Return(PooledBackend backend, BackendPort port, Share share) {
    this.backend = backend;
    this.port = port;
    this.share = share;
  }

  /**
   * The use has ended.
   *
   * @param cleaning statements that make the server's session fit for the next user
   */
  void begin(List<String> cleaning) {
    if (port.user() instanceof Errand errand && !errand.isSettled()) {
      errand.abandon();
      backend.discard(true); // or its answers would reach whoever gets the connection next
      return;
    }
    port.detach();
    if (cancels > 0) {
      delayed = cleaning;
    } else {
      clean(cleaning);
    }
  }

  void cancelStarted() {
    cancels++;
  }

  /**
   * One is over.
   *
   * @param certain whether nothing of it can come later
   */
  void cancelEnded(boolean certain) {
    threatened |= !certain;
    cancels--;
    List<String> cleaning = delayed;
    if (cancels == 0 && cleaning != null) {
      delayed = null;
      clean(cleaning);
    }
  }

  private void clean(List<String> cleaning) {
    if (!backend.isOpen()) {
      return;
    }
    if (threatened) {
      backend.discard(false);
    } else if (cleaning.isEmpty()) {
      share.giveBack(backend);
    } else {
      Errand.run(backend, cleaning, error -> cleaned(cleaning, error));
    }
  }

  private void cleaned(List<String> cleaning, @Nullable ErrorResponse error) {
    port.detach();
    if (error != null) {
      log.atWarn()
          .addKeyValue("pool", backend.pool().key())
          .log("a connection could not be cleaned and is closed: {}", error.message());
      backend.discard(false);
      return;
    }
    if (cleaning.contains(PooledBackend.DISCARD_ALL)) {
      backend.prepared().clear();
    }
    share.giveBack(backend);
  }
}
