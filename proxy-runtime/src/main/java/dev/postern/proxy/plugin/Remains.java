package dev.postern.proxy.plugin;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stays of plugins that nobody uses any more. Looks some time after the last instance of a
 * loaded jar has closed, and names the threads that still run its code. That a class loader is
 * there proves nothing, as the collector comes when it likes: they are counted. Safe for use by
 * many threads; holds nothing of a plugin.
 */
final class Remains {
  private static final Logger log = LoggerFactory.getLogger(Remains.class);

  private final Duration patience;
  private final Queue<Closed> unseen = new ConcurrentLinkedQueue<>();
  private final Queue<Closed> seen = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile boolean over;

  /**
   * @param instances that were made of it
   * @param lent the threads that its instances' contexts gave them, until each has ended
   */
  private record Closed(
      String jar,
      Set<String> instances,
      WeakReference<ClassLoader> loader,
      List<Set<Thread>> lent,
      long nanos) {}

  /**
   * @param patience how long threads have to come to their end
   */
  Remains(Duration patience) {
    this.patience = patience;
  }

  /** Nobody uses it any more; its instances are closed. */
  void of(LoadedArchive archive) {
    if (over) {
      return;
    }
    unseen.add(
        new Closed(
            archive.shown(),
            Set.copyOf(archive.instances()),
            new WeakReference<>(archive.loader()),
            List.copyOf(archive.lentThreads()),
            System.nanoTime()));
    lookLater();
  }

  /** Nobody looks any more: the process ends, or others have to close as well. */
  void close() {
    over = true;
  }

  /** The class loaders of a jar that had instances, have none any more and are still there. */
  int loadersOf(String jar) {
    return (int)
        Stream.of(unseen, seen)
            .flatMap(Collection::stream)
            .filter(one -> one.jar().equals(jar) && one.loader().get() != null)
            .filter(one -> !one.instances().isEmpty())
            .count();
  }

  private void lookLater() {
    if (looking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("plugin-remains").start(this::lookOnceDue);
    }
  }

  private void lookOnceDue() {
    try {
      Closed next;
      while ((next = unseen.peek()) != null && !over) {
        long left = patience.toNanos() - (System.nanoTime() - next.nanos());
        if (left > 0) {
          Thread.sleep(Duration.ofNanos(left));
        } else {
          look();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    } finally {
      looking.set(false);
    }
    if (!unseen.isEmpty() && !over) {
      lookLater();
    }
  }

  /** At all that are due, which a reload brings several of. */
  private void look() {
    seen.removeIf(one -> one.loader().get() == null);
    List<Thread> threads = platformThreads();
    Closed next;
    while ((next = unseen.peek()) != null
        && System.nanoTime() - next.nanos() >= patience.toNanos()) {
      unseen.remove(next);
      List<Thread> alive = new ArrayList<>();
      next.lent().forEach(alive::addAll);
      ClassLoader loader = next.loader().get();
      if (loader != null) {
        threads.stream().filter(thread -> isOf(thread, loader)).forEach(alive::add);
        seen.add(next);
      }
      if (!alive.isEmpty() && !over) {
        report(next, alive);
      }
    }
  }

  private static void report(Closed closed, List<Thread> alive) {
    Throwable where = new Throwable("what the first of them does");
    where.setStackTrace(alive.getFirst().getStackTrace());
    log.atWarn()
        .addKeyValue(
            "plugin", closed.instances().stream().sorted().collect(Collectors.joining(", ")))
        .addKeyValue("jar", closed.jar())
        .addKeyValue(
            "threads", alive.stream().map(Thread::getName).collect(Collectors.joining(", ")))
        .setCause(where)
        .log("threads of a plugin that was closed go on, and keep its classes");
  }

  /** All that are alive but virtual ones, of which nobody has a list. */
  private static List<Thread> platformThreads() {
    ThreadGroup all = Thread.currentThread().getThreadGroup();
    for (ThreadGroup above = all; above != null; above = above.getParent()) {
      all = above;
    }
    Thread[] threads = new Thread[all.activeCount() * 2 + 16];
    int count = all.enumerate(threads, true);
    return List.copyOf(Arrays.asList(threads).subList(0, count));
  }

  private static boolean isOf(Thread thread, ClassLoader loader) {
    Object task = Task.of(thread);
    return loader.equals(thread.getClass().getClassLoader())
        || loader.equals(thread.getContextClassLoader())
        || (task != null && loader.equals(task.getClass().getClassLoader()));
  }

  /** What a thread was started with; Java has no public way to ask. */
  private static final class Task {
    private static final @Nullable Field HOLDER = field(Thread.class, "holder");
    private static final @Nullable Field TASK =
        HOLDER == null ? null : field(HOLDER.getType(), "task");

    static @Nullable Object of(Thread thread) {
      try {
        return HOLDER == null || TASK == null ? null : TASK.get(HOLDER.get(thread));
      } catch (IllegalAccessException e) {
        return null;
      }
    }

    private static @Nullable Field field(Class<?> type, String name) {
      try {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
      } catch (NoSuchFieldException | InaccessibleObjectException e) {
        log.atDebug().log("threads cannot be asked for what they run: {}", e.getMessage());
        return null;
      }
    }
  }
}
