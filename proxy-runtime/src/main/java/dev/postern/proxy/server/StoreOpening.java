package dev.postern.proxy.server;

import dev.postern.proxy.config.StoreConfig;
import dev.postern.proxy.user.StoreException;
import dev.postern.proxy.user.UserStore;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The user store while it opens on a thread of its own, which takes the longest of all that a start
 * consists of.
 */
final class StoreOpening implements AutoCloseable {
  private final FutureTask<UserStore> store;

  private StoreOpening(FutureTask<UserStore> store) {
    this.store = store;
  }

  static StoreOpening begin(StoreConfig store, Path home) {
    FutureTask<UserStore> opening =
        new FutureTask<>(
            () ->
                UserStore.open(
                    store.effectiveDirectory(home), store.effectiveBackendPasswordKey(home)));
    Thread.ofPlatform().daemon().name("store-opening").start(opening);
    return new StoreOpening(opening);
  }

  /**
   * Waits until it is open, an interrupt notwithstanding: a store that opens later would stay open.
   *
   * @throws StartException if it does not open
   */
  UserStore store() throws StartException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return store.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static StartException failure(ExecutionException e) {
    Throwable cause = e.getCause();
    return new StartException(
        cause instanceof StoreException refused
            ? String.valueOf(refused.getMessage())
            : "the user store: " + cause,
        cause);
  }

  /** Closes what was opened. */
  @Override
  public void close() {
    UserStore opened;
    try {
      opened = store();
    } catch (StartException e) {
      return; // There is nothing to close.
    }
    opened.close();
  }
}
