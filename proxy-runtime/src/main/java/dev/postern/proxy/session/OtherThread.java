package dev.postern.proxy.session;

import dev.postern.api.SessionException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/** Runs a part of a login where it may block, though the login's own thread must not. */
final class OtherThread {
  /** What may block. */
  @FunctionalInterface
  interface Part {
    void run() throws IOException, InterruptedException, SessionException;
  }

  private final Part part;
  private @Nullable Throwable failure;

  private OtherThread(Part part) {
    this.part = part;
  }

  /**
   * Runs it on a virtual thread of Java's own scheduler, and waits for its end without holding the
   * caller's carrier. Who interrupts the caller interrupts the part.
   */
  static void run(Part part) throws IOException, InterruptedException, SessionException {
    OtherThread other = new OtherThread(part);
    Thread thread = start(Thread.currentThread().getName(), other::run);
    boolean ended = false;
    while (!ended) {
      try {
        thread.join();
        ended = true;
      } catch (InterruptedException e) {
        thread.interrupt();
      }
    }
    switch (other.failure) {
      case null -> {}
      case IOException e -> throw e;
      case InterruptedException e -> throw e;
      case SessionException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** A virtual thread that is started by another one has the same carriers. */
  private static Thread start(String name, Runnable part) {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    ForkJoinPool.commonPool()
        .execute(() -> thread.complete(Thread.ofVirtual().name(name).start(part)));
    return thread.join();
  }

  private void run() {
    try {
      part.run();
    } catch (Throwable e) {
      failure = e;
    }
  }
}
