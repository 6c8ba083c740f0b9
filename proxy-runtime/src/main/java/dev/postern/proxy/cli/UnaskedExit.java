package dev.postern.proxy.cli;

import dev.postern.proxy.plugin.PluginFrames;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plugin that calls {@code System.exit}. Java forbids it to nobody, but tells of the call before
 * it obeys, and lets others end first: the log names who it was, sessions end as at any stop, and
 * the exit code is not the plugin's. Safe for use by many threads.
 */
final class UnaskedExit {
  /** For all sessions and plugins to end, one of which may be the one that waits for this. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** For the hooks that plugins have left with the JVM, after all else has ended. */
  private static final Duration HOOKS = Duration.ofSeconds(5);

  private static volatile boolean watched;
  private static volatile boolean noticed;
  private static volatile @Nullable Serving serving;

  private record Serving(Runnable stop, CountDownLatch over) {}

  private UnaskedExit() {}

  /** From now on nobody has to end the process. */
  static void watch() {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("exit").unstarted(UnaskedExit::end));
    watched = true;
  }

  /**
   * The process is about to end by itself, soon, whatever hooks plugins have left with the JVM.
   *
   * @param code with which it ends
   */
  static void asked(int code) {
    watched = false;
    Thread.ofPlatform().daemon().name("hooks").start(() -> endWithoutHooks(code));
  }

  private static void endWithoutHooks(int code) {
    try {
      Thread.sleep(HOOKS);
    } catch (InterruptedException e) {
      return; // nobody does that
    }
    String culprit =
        Thread.getAllStackTraces().values().stream()
            .map(PluginFrames::firstOf)
            .filter(Objects::nonNull)
            .findFirst()
            .map(frame -> ": " + frame)
            .orElse("");
    // The log has ended.
    Failures.print("a shutdown hook does not end; going on without it" + culprit);
    Runtime.getRuntime().halt(code);
  }

  static boolean isWatched() {
    return watched;
  }

  /**
   * From now on it serves.
   *
   * @param stop begins to end what serves
   * @param over when that has ended
   */
  static void serving(Runnable stop, CountDownLatch over) {
    serving = new Serving(stop, over);
  }

  /** On the thread that ends the process. */
  static void called(Throwable where) {
    noticed = true;
    StackTraceElement culprit = PluginFrames.firstOf(where.getStackTrace());
    log()
        .atError()
        .addKeyValue("plugin", culprit == null ? "none" : culprit.getClassLoaderName())
        .addKeyValue("at", culprit == null ? "" : culprit)
        .setCause(where)
        .log("something ended the process that must not: {}", where.getMessage());
  }

  /** Not before it is needed: most commands log nothing. */
  private static Logger log() {
    return LoggerFactory.getLogger(UnaskedExit.class);
  }

  private static void end() {
    if (!noticed) {
      return; // it was asked to, or by a signal
    }
    Serving gateway = serving;
    if (gateway != null) {
      gateway.stop().run();
      try {
        if (!gateway.over().await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
          log().atWarn().log("not all has ended in time");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Logging.flush();
    Runtime.getRuntime().halt((gateway == null ? ExitCode.CONFIGURATION : ExitCode.FAILURE).code());
  }
}
