package dev.postern.proxy.plugin;

import dev.postern.api.Counter;
import dev.postern.api.PluginContext;
import dev.postern.api.Registration;
import dev.postern.api.SettingsException;
import dev.postern.api.user.UserDirectory;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one instance is given, and what it has opened through it. Its directory is made when it is
 * first asked for. Closed after the instance.
 */
public final class InstanceContext implements PluginContext, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InstanceContext.class);
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  private final String instanceName;
  private final PluginEnvironment environment;
  private final ExecutorService threads;
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private final Metrics metrics = new Metrics();

  /** The last one first. Guarded by itself. */
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  /** Guarded by {@link #owned}. */
  private boolean closed;

  /**
   * @param loader of the instance's classes
   */
  public InstanceContext(String instanceName, PluginEnvironment environment, ClassLoader loader) {
    this.instanceName = instanceName;
    this.environment = environment;
    ThreadFactory virtual = Thread.ofVirtual().name(instanceName + "-", 0).factory();
    threads =
        Executors.newThreadPerTaskExecutor(
            task -> {
              Thread thread = virtual.newThread(() -> runCounted(task));
              thread.setContextClassLoader(loader);
              return thread;
            });
  }

  private void runCounted(Runnable task) {
    running.add(Thread.currentThread());
    try {
      task.run();
    } finally {
      running.remove(Thread.currentThread());
    }
  }

  /** Those that do something for the instance at the moment; it stays so. */
  Set<Thread> running() {
    return running;
  }

  @Override
  public String instanceName() {
    return instanceName;
  }

  /** How long the instance's close is waited for. */
  Duration closePatience() {
    return environment.closePatience();
  }

  @Override
  public Path dataDirectory() {
    Path directory = environment.dataDirectory().resolve("plugins").resolve(instanceName);
    try {
      return createPrivately(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + directory, e);
    }
  }

  private static Path createPrivately(Path directory) throws IOException {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    return Files.createDirectories(directory, ownerOnly);
  }

  @Override
  public UserDirectory users() {
    return environment.users();
  }

  @Override
  public InstantSource clock() {
    return environment.clock();
  }

  @Override
  public ExecutorService threads() {
    return threads;
  }

  @Override
  public Registration every(Duration interval, Runnable task) {
    if (interval.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("interval: " + interval + " (expected: 1 ms or more)");
    }
    var repeated = threads.submit(() -> repeat(interval, task));
    return () -> repeated.cancel(true);
  }

  private void repeat(Duration interval, Runnable task) {
    try {
      while (true) {
        Thread.sleep(interval);
        run(task);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the registration or the instance is closed
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      log.atError()
          .addKeyValue("plugin", instanceName)
          .setCause(e)
          .log("what a plugin does again and again failed");
    }
  }

  @Override
  public Registration watch(Path file, Runnable changed) {
    Watched watched = new Watched(file, changed);
    return every(WATCH_INTERVAL, watched::look);
  }

  @Override
  public <R extends Record> R read(Path file, Class<R> type) throws SettingsException {
    try {
      return new Binder(environment.home(), environment.variables()).bind(file, type);
    } catch (ConfigurationException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public <R extends AutoCloseable> R closing(R resource) {
    synchronized (owned) {
      if (!closed) {
        owned.push(resource);
        return resource;
      }
    }
    close(resource);
    throw new IllegalStateException("instance " + instanceName + " is closed");
  }

  @Override
  public <R extends AutoCloseable> R shared(
      String name, Class<R> type, Callable<? extends R> opening) throws Exception {
    SharedResources all = environment.shared();
    R resource = all.take(name, type, opening);
    AutoCloseable use = () -> all.giveBack(name);
    closing(use);
    return resource;
  }

  @Override
  public Counter counter(String name, String help) {
    return metrics.counter(name, help);
  }

  @Override
  public void gauge(String name, String help, DoubleSupplier value) {
    metrics.gauge(name, help, value);
  }

  /** The numbers of this instance, as of now. */
  public List<PluginMetric> metrics() {
    return metrics.read();
  }

  /** Ends what the instance has opened through this. */
  @Override
  public void close() {
    threads.shutdownNow();
    synchronized (owned) {
      closed = true;
    }
    while (!owned.isEmpty()) {
      close(owned.pop());
    }
  }

  private void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Throwable e) {
      log.atWarn()
          .addKeyValue("plugin", instanceName)
          .setCause(e)
          .log("what a plugin has opened did not close");
    }
  }
}
