package dev.postern.proxy.plugin;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plugins in service. Safe for use by many threads. */
public final class Plugins implements PluginSource, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Plugins.class);

  private final PluginJars directory;
  private final PluginEnvironment environment;

  /** Those in service, and those that sessions still need. */
  private final Set<Generation> generations = ConcurrentHashMap.newKeySet();

  /** Held while others are put in service. */
  private final ReentrantLock changing = new ReentrantLock();

  private final Remains remains;
  private final Set<Thread> closing = ConcurrentHashMap.newKeySet();
  private volatile Generation current;
  private volatile List<PluginDescription> descriptions;

  private volatile boolean closed;

  private Plugins(
      PluginJars directory,
      PluginEnvironment environment,
      Catalog catalog,
      PluginSelection selection)
      throws PluginLoadException {
    this.directory = directory;
    this.environment = environment;
    this.remains = new Remains(environment.threadPatience());
    catalog.leave(remains);
    this.descriptions = catalog.describe();
    this.current = Assembly.first(catalog, environment).assemble(selection, this::end);
    generations.add(current);
  }

  /**
   * Loads all plugins of a directory and creates the instances that are wanted. The caller closes
   * them, after the last session has ended.
   *
   * @throws PluginLoadException if any plugin there cannot be loaded, or any instance not be
   *     created, or one does not come to its end with that; nothing stays open then
   */
  public static Plugins load(
      PluginJars directory, PluginSelection selection, PluginEnvironment environment)
      throws PluginLoadException {
    return found(directory).load(selection, environment);
  }

  /**
   * The first half of {@link #load}, for which nobody has to be there yet: looks at all jars and
   * creates the factories. The caller goes on to load some, or closes them.
   *
   * @throws PluginLoadException if any plugin there cannot be loaded; nothing stays open then
   */
  public static Found found(PluginJars directory) throws PluginLoadException {
    return new Found(
        directory,
        Loading.within(
            PluginEnvironment.LOAD_PATIENCE, () -> Catalog.open(directory), Catalog::close));
  }

  /** Plugins of which no instance exists yet. Used by one thread. */
  public static final class Found implements AutoCloseable {
    private final PluginJars directory;
    private final Catalog catalog;

    private Found(PluginJars directory, Catalog catalog) {
      this.directory = directory;
      this.catalog = catalog;
    }

    /**
     * Creates the instances that are wanted. What was found belongs to the result, and is closed if
     * there is none.
     *
     * @throws PluginLoadException if any cannot be created
     */
    public Plugins load(PluginSelection selection, PluginEnvironment environment)
        throws PluginLoadException {
      return Loading.within(
          environment.loadPatience(),
          () -> {
            try (catalog) {
              return new Plugins(directory, environment, catalog, selection);
            }
          },
          Plugins::close);
    }

    @Override
    public void close() {
      catalog.close();
    }
  }

  /**
   * Loads all plugins of a directory and checks the configuration of the instances that are wanted,
   * without creating any.
   *
   * @return every plugin that is there
   * @throws PluginLoadException if any plugin there cannot be loaded, or any configuration is wrong
   */
  public static List<PluginDescription> check(PluginJars directory, PluginSelection selection)
      throws PluginLoadException {
    return looked(
        () -> {
          try (Catalog catalog = Catalog.open(directory)) {
            Assembly.check(selection, catalog, directory.home());
            return catalog.describe();
          }
        });
  }

  /**
   * Loads one jar, or one folder of jars, wherever it is, and creates its factories.
   *
   * @param home to which paths in messages are relative
   * @throws PluginLoadException if it cannot be loaded
   */
  public static VerifiedArchive verify(Path archive, Path home) throws PluginLoadException {
    return verified(() -> Catalog.of(archive, home));
  }

  /** The same for each jar and folder of a directory of plugins. */
  public static VerifiedArchive verify(PluginJars directory) throws PluginLoadException {
    return verified(() -> Catalog.open(directory));
  }

  private static VerifiedArchive verified(Loading.Work<Catalog> opening)
      throws PluginLoadException {
    return looked(
        () -> {
          try (Catalog catalog = opening.load()) {
            return new VerifiedArchive(catalog.describe(), catalog.digests());
          }
        });
  }

  private static <R> R looked(Loading.Work<R> work) throws PluginLoadException {
    return Loading.within(PluginEnvironment.LOAD_PATIENCE, work, _ -> {});
  }

  /**
   * Puts new instances in service, made of the jars that are there now and the configuration that
   * is given. New logins get them; sessions that began with the old ones keep those until their
   * end. A named instance that the configuration names no more goes, and one that it names anew
   * comes. All others stay as they are.
   *
   * @param names in the configuration
   * @param selection the configuration as it is now
   * @param sha256 what each jar has to be, as {@link PluginJars#sha256}: an operator who puts
   *     another jar there says so in the configuration, too
   * @throws PluginLoadException if anything is wrong, or code of a plugin does not come to its end;
   *     what was in service stays so
   */
  public void reload(
      Set<String> names, PluginSelection selection, @Nullable Map<String, String> sha256)
      throws PluginLoadException {
    changing.lock();
    try {
      change(names, selection, sha256);
    } finally {
      changing.unlock();
    }
  }

  /** What comes after what is in service, and every plugin that is there then. */
  private record Following(Generation generation, List<PluginDescription> descriptions) {}

  private void change(
      Set<String> names, PluginSelection selection, @Nullable Map<String, String> sha256)
      throws PluginLoadException {
    if (closed) {
      throw new IllegalStateException("the plugins are closed");
    }
    Generation before = current;
    Following next =
        Loading.within(
            environment.loadPatience(),
            () -> {
              try (Catalog catalog = Catalog.open(directory.with(sha256))) {
                catalog.leave(remains);
                Assembly assembly = Assembly.following(before, catalog, environment, names);
                return new Following(assembly.assemble(selection, this::end), catalog.describe());
              }
            },
            late -> late.generation().close());
    inService(next.generation());
    descriptions = next.descriptions();
    before.set().leave();
    log.atInfo()
        .addKeyValue("plugins", String.join(", ", names))
        .addKeyValue("sessionsWithOldOnes", before.set().uses().users())
        .log("plugins reloaded");
  }

  private void inService(Generation next) {
    synchronized (closing) {
      if (!closed) {
        generations.add(next);
        current = next;
        return;
      }
    }
    next.close();
    throw new IllegalStateException("the plugins are closed");
  }

  @Override
  public PluginSet enter() {
    while (true) {
      PluginSet set = current.set();
      if (set.uses().take()) {
        return set;
      }
      if (closed) {
        throw new IllegalStateException("the plugins are closed");
      }
      // Another thread has just put the next generation in service.
      Thread.onSpinWait();
    }
  }

  @Override
  public boolean mayBlock() {
    return current.set().mayBlock();
  }

  /** Every plugin that is there, in use or not. */
  public List<PluginDescription> descriptions() {
    return descriptions;
  }

  /** Of the instances in service. */
  public List<String> names() {
    return current.instances().stream().<String>map(Instance::name).toList();
  }

  public boolean isInService(String name) {
    return names().contains(name);
  }

  /**
   * The class loaders of a jar whose instances are all closed, and which the collector has not
   * taken yet.
   */
  public int oldLoaders(String jar) {
    return remains.loadersOf(jar);
  }

  /** Of the instances in service; whoever looks must not keep them. */
  public List<WeakReference<ClassLoader>> loaders() {
    return current.instances().stream()
        .map(instance -> new WeakReference<>(instance.origin().loader()))
        .toList();
  }

  /** Every instance in service, and those that sessions still need. */
  public List<InstanceView> instances() {
    Generation now = current;
    List<InstanceView> views = new ArrayList<>();
    now.instances().forEach(instance -> views.add(InstanceView.of(instance, true, 0)));
    Map<Instance<?>, Integer> leaving = new LinkedHashMap<>();
    for (Generation generation : generations) {
      if (generation != now) {
        int sessions = generation.set().uses().users();
        generation.instances().stream()
            .filter(instance -> !now.instances().contains(instance))
            .forEach(instance -> leaving.merge(instance, sessions, Integer::sum));
      }
    }
    leaving.forEach((instance, sessions) -> views.add(InstanceView.of(instance, false, sessions)));
    return views;
  }

  /**
   * Nobody needs a generation any more. Plugins may take their time to close, and who notices may
   * be an event loop.
   */
  private void end(Generation generation) {
    Thread closer =
        Thread.ofPlatform()
            .name("plugin-close")
            .daemon()
            .unstarted(
                () -> {
                  generation.close();
                  generations.remove(generation);
                  closing.remove(Thread.currentThread());
                });
    closing.add(closer);
    closer.start();
  }

  /**
   * Closes the interceptors from last to first, then the routers, then the authenticators, then the
   * jars, and waits for that, but for no plugin that does not come to an end. What a plugin throws
   * is logged. Further calls do nothing.
   */
  @Override
  public void close() {
    boolean alone = false;
    try {
      alone = changing.tryLock(environment.closePatience().toNanos(), TimeUnit.NANOSECONDS);
      if (!alone) {
        log.atWarn().log("a reload of plugins does not end; going on without it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      end();
    } finally {
      if (alone) {
        changing.unlock();
      }
    }
  }

  private void end() {
    synchronized (closing) {
      if (closed) {
        return;
      }
      closed = true;
    }
    remains.close();
    current.set().leave();
    try {
      for (Thread closer : closing) {
        closer.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    generations.forEach(Generation::close); // of which a session has not been given back
  }
}
