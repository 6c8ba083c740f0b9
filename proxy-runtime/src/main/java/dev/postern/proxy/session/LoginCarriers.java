package dev.postern.proxy.session;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that carry logins whose plugins may block, and nothing else. Java takes no thread
 * from a plugin that computes without end: another one takes its place, up to a number. Safe for
 * use by many threads; what is idle ends by itself.
 */
final class LoginCarriers implements Executor {
  /** More than processors, since some waits, such as those for files, stop a carrier. */
  static final int SIZE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  /** So many are replaced: all of them compete with the event loops for the processors. */
  private static final int MOST_REPLACED = 32;

  private static final int IDLE_SECONDS = 30;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          SIZE,
          SIZE + MOST_REPLACED,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          LoginCarriers::newThread);

  private int held;

  LoginCarriers() {
    threads.allowCoreThreadTimeOut(true);
  }

  /** Keeps nothing of whoever happens to need one more: that may be a plugin. */
  private static Thread newThread(Runnable work) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("login-carrier")
            .inheritInheritableThreadLocals(false)
            .unstarted(work);
    thread.setContextClassLoader(LoginCarriers.class.getClassLoader());
    return thread;
  }

  @Override
  public void execute(Runnable step) {
    threads.execute(step);
  }

  /** A login does not let go of the one that carries it. */
  synchronized void isHeld() {
    held++;
    resize();
  }

  /** It has. */
  synchronized void isFree() {
    held--;
    resize();
  }

  private void resize() {
    threads.setCorePoolSize(SIZE + Math.min(held, MOST_REPLACED));
  }
}
