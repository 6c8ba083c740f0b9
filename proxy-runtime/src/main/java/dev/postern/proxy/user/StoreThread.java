package dev.postern.proxy.user;

import dev.postern.proxy.user.SettingRows.Settings;
import dev.postern.proxy.user.StoreDatabase.Work;
import dev.postern.proxy.user.StoreException.Reason;
import java.nio.channels.FileChannel;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that uses the store. An interrupt reaches whoever waits for an answer, and never
 * H2, which would close the database.
 */
final class StoreThread implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(StoreThread.class);

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("user-store").daemon().factory());
  private final FileChannel lock;
  private final StoreDatabase database;

  StoreThread(StoreFile file) {
    lock = file.lock();
    database = new StoreDatabase(file);
  }

  /** An interrupt ends the waiting. */
  <T> T read(Work<T> work) {
    try {
      // An answer that is there already would be given in spite of an interrupt.
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      return submit(() -> database.read(work)).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Reason.FAILED, "interrupted while waiting for the user store", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  Optional<Settings> settings() {
    return await(submit(database::settings));
  }

  /** Has what reads need loaded while the caller goes on with other things. */
  void warmUp() {
    executor.execute(
        () -> {
          try {
            database.read(handle -> UserRows.find(handle, ""));
          } catch (SQLException | RuntimeException e) {
            LOGGER.debug("whoever reads next will see it too", e);
          }
        });
  }

  /** All of the work or nothing of it; when this returns, it is on the disk. */
  <T> T write(Work<T> work) {
    return await(submit(() -> database.write(work)));
  }

  private <T> Future<T> submit(Callable<T> task) {
    try {
      return executor.submit(task);
    } catch (RejectedExecutionException e) {
      throw new StoreException(Reason.FAILED, "the user store is closed", e);
    }
  }

  /** An interrupt does not end the waiting: whether a change was made must be known. */
  private static <T> T await(Future<T> answer) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return answer.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static StoreException failure(@Nullable Throwable cause) {
    return cause instanceof StoreException refused
        ? refused
        : new StoreException(Reason.FAILED, "the user store failed: " + cause, cause);
  }

  /** Ends what was begun, then closes the file. Further calls do nothing. */
  @Override
  public void close() {
    if (executor.isShutdown()) {
      return;
    }
    Future<?> closed =
        submit(
            () -> {
              try (lock) {
                database.close();
              }
              return null;
            });
    executor.shutdown();
    await(closed);
  }
}
