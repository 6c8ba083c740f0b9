package dev.postern.proxy.tls;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What all TLS of a process shares: the provider, the threads on which handshakes compute, and the
 * thread that looks after changed files. Thread-safe. Whoever makes it closes it, after the
 * listeners and connections that use it.
 */
public final class TlsRuntime implements AutoCloseable {
  /** A connection waits with one task at a time, so this is a number of handshakes. */
  private static final int LONGEST_HANDSHAKE_QUEUE = 16_384;

  private final FutureTask<TlsProvider> provider;
  private final ThreadPoolExecutor handshakes;
  private final ScheduledThreadPoolExecutor watch;

  /**
   * Neither loads the provider nor starts a thread yet.
   *
   * @param wanted {@code null}: BoringSSL where it loads, else the JDK's TLS
   */
  public TlsRuntime(@Nullable TlsProvider wanted) {
    provider = new FutureTask<>((Callable<TlsProvider>) () -> TlsProvider.load(wanted));
    int width = Runtime.getRuntime().availableProcessors();
    handshakes =
        new ThreadPoolExecutor(
            width,
            width,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(LONGEST_HANDSHAKE_QUEUE),
            daemons("tls-handshake-"));
    handshakes.allowCoreThreadTimeOut(true);
    watch = new ScheduledThreadPoolExecutor(1, daemons("tls-files-"));
    watch.setRemoveOnCancelPolicy(true);
  }

  private static ThreadFactory daemons(String name) {
    return Thread.ofPlatform().daemon().name(name, 0).factory();
  }

  /** Starts loading the provider on a thread of its own: useful work for a second core at start. */
  public void preload() {
    Thread.ofPlatform().daemon().name("tls-preload").start(provider);
  }

  /**
   * The provider, after loading it where {@link #preload} has not.
   *
   * @throws TlsConfigurationException if it does not load
   */
  public TlsProvider provider() throws TlsConfigurationException {
    provider.run(); // does nothing if it has run; waits in get() if it is running
    try {
      return provider.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TlsConfigurationException reason
          ? reason
          : new TlsConfigurationException("TLS does not load: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TlsConfigurationException("interrupted while TLS was loading", e);
    }
  }

  /** The provider if it has been loaded, which happens where TLS is first needed. */
  public Optional<TlsProvider> loaded() {
    return provider.state() == Future.State.SUCCESS
        ? Optional.of(provider.resultNow())
        : Optional.empty();
  }

  /** One thread per core; refuses work when {@value #LONGEST_HANDSHAKE_QUEUE} handshakes wait. */
  Executor handshakes() {
    return handshakes;
  }

  /** Runs {@code task}, which must not throw, again and again until the future is cancelled. */
  Future<?> watch(Runnable task, Duration pause) {
    return watch.scheduleWithFixedDelay(
        task, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends the threads. Handshakes that are under way fail. */
  @Override
  public void close() {
    watch.shutdownNow();
    handshakes.shutdownNow();
  }
}
