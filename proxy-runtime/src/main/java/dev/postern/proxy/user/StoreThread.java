package dev.postern.proxy.user;

import dev.postern.proxy.user.StoreException.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that has the store's one connection. An interrupt reaches whoever waits for an
 * answer, and never H2, which would close the database.
 */
final class StoreThread implements AutoCloseable {
  /** Something to do with the store. */
  @FunctionalInterface
  interface Work<T> {
    T with(Handle handle);
  }

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("user-store").daemon().factory());
  private final Connection connection;
  private final Jdbi jdbi;

  /** Opens the store and brings its schema up to date. */
  StoreThread(StoreFile file) {
    try {
      connection = answer(executor.submit(() -> open(file)));
      jdbi = Jdbi.create(connection);
      Columns.register(jdbi);
      // The parameters of a failed statement are secrets often enough.
      jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
    } catch (RuntimeException | Error e) {
      executor.shutdown();
      throw e;
    }
  }

  private static Connection open(StoreFile file) throws SQLException {
    file.prepare();
    Connection connection = file.open();
    try {
      Schema.migrate(connection, file.dataSource());
      return connection;
    } catch (Exception e) {
      connection.close();
      throw e;
    }
  }

  <T> T read(Work<T> work) {
    return answer(submit(() -> jdbi.withHandle(work::with)));
  }

  /**
   * All of the work or nothing of it; when this returns, it is on the disk. An interrupt does not
   * cut the waiting short.
   */
  <T> T write(Work<T> work) {
    Future<T> future =
        submit(
            () -> {
              T result = jdbi.inTransaction(work::with);
              // H2 writes a commit out up to half a second later.
              jdbi.useHandle(handle -> handle.execute("checkpoint sync"));
              return result;
            });
    return await(future);
  }

  private <T> Future<T> submit(Callable<T> task) {
    try {
      return executor.submit(task);
    } catch (RejectedExecutionException e) {
      throw new StoreException(Reason.FAILED, "the user store is closed", e);
    }
  }

  private static <T> T answer(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Reason.FAILED, "interrupted while waiting for the user store", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private static <T> T await(Future<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
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
              connection.close();
              return null;
            });
    executor.shutdown();
    await(closed);
  }
}
