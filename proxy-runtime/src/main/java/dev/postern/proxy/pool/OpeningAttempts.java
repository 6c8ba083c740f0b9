package dev.postern.proxy.pool;

import dev.postern.api.SessionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the attempts to open a listening connection go. Belongs to one event loop. */
final class OpeningAttempts {
  private static final Logger log = LoggerFactory.getLogger(ListeningConnection.class);

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final Pool pool;

  /** Whether the last attempt failed. */
  private boolean failing;

  private long pauseMillis = FIRST_PAUSE_MILLIS;

  OpeningAttempts(Pool pool) {
    this.pool = pool;
  }

  void succeeded() {
    failing = false;
    pauseMillis = FIRST_PAUSE_MILLIS;
    log.atInfo().addKeyValue("pool", pool.key()).log("listening connection opened");
  }

  /**
   * One has failed.
   *
   * @param ofTheServer see {@link Opener.Receiver#failed}
   */
  void failed(Exception cause, boolean ofTheServer) {
    if (ofTheServer) {
      pauseMillis = FIRST_PAUSE_MILLIS;
    } else if (!failing) {
      failing = true;
      log.atWarn()
          .addKeyValue("pool", pool.key())
          .log("could not open the listening connection: {}", reason(cause));
    }
  }

  private static String reason(Exception cause) {
    return cause instanceof SessionException session
        ? session.clientMessage()
        : String.valueOf(cause.getMessage());
  }

  /** Until the next one; twice as long each time. */
  long nextPauseMillis() {
    long next = pauseMillis;
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
    return next;
  }
}
