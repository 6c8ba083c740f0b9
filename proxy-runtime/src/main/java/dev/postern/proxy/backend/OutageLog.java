package dev.postern.proxy.backend;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a server takes no connections, and once that it does again. Used under its owner's
 * lock.
 */
final class OutageLog {
  private static final Logger log = LoggerFactory.getLogger(Reachability.class);

  /** A server that fails so soon after it was well again is not logged at once. */
  private static final long FLAPPING_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String server;
  private boolean down;
  private long downSince;
  private long wellSince = System.nanoTime() - FLAPPING_NANOS;

  /**
   * @param server its address
   */
  OutageLog(String server) {
    this.server = server;
  }

  void failed(Exception cause) {
    long now = System.nanoTime();
    if (!down && now - wellSince >= FLAPPING_NANOS) {
      down = true;
      downSince = now;
      log.atWarn()
          .addKeyValue("backend", server)
          .log("the server takes no connections: {}", cause.getMessage());
    }
  }

  void well() {
    if (down) {
      down = false;
      wellSince = System.nanoTime();
      log.atInfo()
          .addKeyValue("backend", server)
          .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(wellSince - downSince))
          .log("the server takes connections again");
    }
  }
}
