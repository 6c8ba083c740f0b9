package dev.postern.testkit.spi;

import dev.postern.api.Counter;
import dev.postern.api.PluginContext;
import dev.postern.api.Registration;
import dev.postern.api.SettingsException;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.plugin.SharedResources;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A context with users in memory and a clock that stands at 2026-01-01T00:00:00Z until it is moved.
 * What is to be done again and again is done when the test {@link #pass lets time pass}, on the
 * test's thread; changes of files are told when the test says so.
 */
public final class FakePluginContext implements PluginContext, AutoCloseable {
  private final String instanceName;
  private final Path dataDirectory;
  private final FakeUsers users = new FakeUsers();
  private final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Repeated> repeated = new ArrayList<>();
  private final List<Watched> watched = new ArrayList<>();
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Map<String, AtomicLong> counters = new TreeMap<>();
  private final Map<String, DoubleSupplier> gauges = new TreeMap<>();

  private record Watched(Path file, Runnable changed) {}

  private static final class Repeated {
    private final Duration interval;
    private final Runnable task;
    private Instant next;

    Repeated(Duration interval, Runnable task, Instant now) {
      this.interval = interval;
      this.task = task;
      this.next = now.plus(interval);
    }
  }

  private final SharedResources shared;

  private FakePluginContext(String instanceName, Path dataDirectory, SharedResources shared) {
    this.instanceName = instanceName;
    this.dataDirectory = dataDirectory;
    this.shared = shared;
  }

  /** A context for a plugin that keeps no files: its data directory does not exist. */
  public static FakePluginContext named(String instanceName) {
    return in(Path.of("no-such-directory"), instanceName);
  }

  /**
   * A context for a plugin that keeps files.
   *
   * @param dataDirectory a directory that exists, such as one of JUnit's temporary ones
   */
  public static FakePluginContext in(Path dataDirectory, String instanceName) {
    return new FakePluginContext(instanceName, dataDirectory, new SharedResources());
  }

  /** The context of an instance that replaces this one's, as {@code plugin reload} does. */
  public FakePluginContext next() {
    return new FakePluginContext(instanceName, dataDirectory, shared);
  }

  @Override
  public String instanceName() {
    return instanceName;
  }

  @Override
  public Path dataDirectory() {
    return dataDirectory;
  }

  @Override
  public FakeUsers users() {
    return users;
  }

  @Override
  public MovableClock clock() {
    return clock;
  }

  @Override
  public ExecutorService threads() {
    return threads;
  }

  @Override
  public synchronized Registration every(Duration interval, Runnable task) {
    Repeated added = new Repeated(interval, task, clock.instant());
    repeated.add(added);
    return () -> remove(repeated, added);
  }

  @Override
  public synchronized Registration watch(Path file, Runnable changed) {
    Watched added = new Watched(file, changed);
    watched.add(added);
    return () -> remove(watched, added);
  }

  /** Relative paths in the file are relative to the data directory. */
  @Override
  public <R extends Record> R read(Path file, Class<R> type) throws SettingsException {
    try {
      return new Binder(dataDirectory, System.getenv()).bind(file, type);
    } catch (ConfigurationException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }

  private synchronized <T> void remove(List<T> list, T added) {
    list.remove(added);
  }

  @Override
  public synchronized <R extends AutoCloseable> R closing(R resource) {
    owned.push(resource);
    return resource;
  }

  @Override
  public <R extends AutoCloseable> R shared(
      String name, Class<R> type, Callable<? extends R> opening) throws Exception {
    R resource = shared.take(name, type, opening);
    AutoCloseable use = () -> shared.giveBack(name);
    closing(use);
    return resource;
  }

  @Override
  public synchronized Counter counter(String name, String help) {
    return counters.computeIfAbsent(name, _ -> new AtomicLong())::addAndGet;
  }

  @Override
  public synchronized void gauge(String name, String help, DoubleSupplier value) {
    gauges.put(name, value);
  }

  /** Moves the clock, and does on this thread what is due by then, in its order. */
  public void pass(Duration time) {
    Instant end = clock.instant().plus(time);
    for (Repeated due = nextDue(end); due != null; due = nextDue(end)) {
      clock.advance(Duration.between(clock.instant(), due.next));
      due.next = due.next.plus(due.interval);
      due.task.run();
    }
    clock.advance(Duration.between(clock.instant(), end));
  }

  private synchronized @Nullable Repeated nextDue(Instant end) {
    return repeated.stream()
        .filter(one -> !one.next.isAfter(end))
        .min(Comparator.comparing(one -> one.next))
        .orElse(null);
  }

  /** Tells those who watch a file, on this thread. */
  public void changed(Path file) {
    List<Watched> told;
    synchronized (this) {
      told = watched.stream().filter(one -> one.file().equals(file)).toList();
    }
    told.forEach(one -> one.changed().run());
  }

  /** What a counter or a gauge says now; 0 where there is none of this name. */
  public synchronized double metric(String name) {
    AtomicLong counter = counters.get(name);
    DoubleSupplier gauge = gauges.get(name);
    return counter != null ? counter.get() : gauge != null ? gauge.getAsDouble() : 0;
  }

  /** Closes what the instance has opened through this, as Postern does after the instance. */
  @Override
  public void close() throws Exception {
    threads.shutdownNow();
    while (!owned.isEmpty()) {
      owned.pop().close();
    }
  }
}
