package dev.postern.proxy.session;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Looks at every session once in a second, to know when something last passed: so no message pays
 * for a clock. Ends with {@link #close}.
 */
public final class ActivityWatch implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final SessionRegistry registry;
  private final InstantSource clock;
  private final Thread thread;

  private ActivityWatch(SessionRegistry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("activity-watch").unstarted(this::run);
  }

  public static ActivityWatch start(SessionRegistry registry, InstantSource clock) {
    ActivityWatch watch = new ActivityWatch(registry, clock);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        for (Session session : registry.sessions()) {
          session.lastActivity(clock.instant());
        }
      }
    } catch (InterruptedException closed) {
      // That is all.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
