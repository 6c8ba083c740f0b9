package dev.postern.proxy.session;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The threads that carry logins whose plugins may block, and nothing else. Java takes no thread
 * from a plugin that computes without end, or waits in native code: where all are held, others
 * come, up to a number. Safe for use by many threads; what is idle ends by itself.
 */
final class LoginCarriers implements Executor {
  /** More than processors, since some waits, such as those for files, stop a carrier. */
  static final int SIZE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  /** So many come beside them: all of them compete with the event loops for the processors. */
  private static final int MOST_OTHERS = 32;

  /** So long nothing may go on while something waits. */
  private static final Duration PATIENCE = Duration.ofMillis(250);

  private static final int IDLE_SECONDS = 30;

  private final ThreadPoolExecutor threads;

  private final AtomicBoolean watched = new AtomicBoolean();

  /** Used by the thread that watches, of which there is one at a time. */
  private volatile int added;

  LoginCarriers() {
    this(work -> newThread("login-carrier", work));
  }

  LoginCarriers(ThreadFactory factory) {
    threads =
        new ThreadPoolExecutor(
            SIZE,
            SIZE + MOST_OTHERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            factory);
    threads.allowCoreThreadTimeOut(true);
  }

  /** Keeps nothing of whoever happens to need one more: that may be a plugin. */
  private static Thread newThread(String name, Runnable work) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .inheritInheritableThreadLocals(false)
            .unstarted(work);
    thread.setContextClassLoader(LoginCarriers.class.getClassLoader());
    return thread;
  }

  /** Where no thread can be made, those that there are do it, or the next one that can be. */
  @Override
  public void execute(Runnable step) {
    try {
      threads.execute(step);
    } catch (OutOfMemoryError noThread) { // who wakes a login would try again and again otherwise
      threads.getQueue().add(step);
      return;
    }
    watch();
  }

  private void watch() {
    if (isWaitedFor() && watched.compareAndSet(false, true)) {
      try {
        newThread("login-carriers", this::addWhereNothingGoesOn).start();
      } catch (OutOfMemoryError noThread) {
        watched.set(false);
      }
    }
  }

  private boolean isWaitedFor() {
    return !threads.getQueue().isEmpty();
  }

  private void addWhereNothingGoesOn() {
    try {
      while (isWaitedFor()) {
        long ended = threads.getCompletedTaskCount();
        Thread.sleep(PATIENCE);
        if (isWaitedFor() && threads.getCompletedTaskCount() == ended) {
          add(Math.min(added + 1, MOST_OTHERS));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    }
    add(Math.min(added, threads.getActiveCount())); // no more than may be held
    watched.set(false);
    watch();
  }

  private void add(int others) {
    added = others;
    threads.setCorePoolSize(SIZE + others);
  }
}
