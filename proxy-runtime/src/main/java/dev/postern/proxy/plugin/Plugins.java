package dev.postern.proxy.plugin;

import dev.postern.api.auth.Authenticator;
import dev.postern.api.routing.Router;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.proxy.plugin.Catalog.Wanted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The plugins in service. Safe for use by many threads. */
public final class Plugins implements AutoCloseable {
  private final Authenticator authenticator;
  private final Router router;
  private final List<NamedInterceptor> interceptors;
  private final List<PluginDescription> descriptions;
  private final Instances instances;
  private final List<LoadedArchive> archives;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Plugins(Catalog catalog, List<Wanted> wanted, Instances instances)
      throws PluginLoadException {
    this.instances = instances;
    this.authenticator = instances.authenticator(wanted.get(0));
    this.router = instances.router(wanted.get(1));
    List<NamedInterceptor> opened = new ArrayList<>();
    for (Wanted interceptor : wanted.subList(2, wanted.size())) {
      opened.add(instances.interceptor(interceptor));
    }
    this.interceptors = List.copyOf(opened);
    this.descriptions = catalog.describe(wanted);
    this.archives = catalog.keep(wanted);
  }

  /**
   * Loads all plugins of a directory and creates the instances that are wanted. The caller closes
   * them, after the last session has ended.
   *
   * @param directory with jars, and folders of jars
   * @throws PluginLoadException if any plugin there cannot be loaded, or any instance not be
   *     created; nothing stays open then
   */
  public static Plugins load(
      Path directory, PluginSelection selection, PluginEnvironment environment)
      throws PluginLoadException {
    return found(directory, environment.home()).load(selection, environment);
  }

  /**
   * The first half of {@link #load}, for which nobody has to be there yet: looks at all jars and
   * creates the factories. The caller goes on to load some, or closes them.
   *
   * @param home to which paths in messages are relative
   * @throws PluginLoadException if any plugin there cannot be loaded; nothing stays open then
   */
  public static Found found(Path directory, Path home) throws PluginLoadException {
    return new Found(Catalog.open(directory, home));
  }

  /** Plugins of which no instance exists yet. Used by one thread. */
  public static final class Found implements AutoCloseable {
    private final Catalog catalog;

    private Found(Catalog catalog) {
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
      Instances instances = new Instances(environment);
      try {
        Binder binder = new Binder(environment.home(), environment.variables());
        return new Plugins(catalog, wanted(catalog, selection, binder), instances);
      } catch (PluginLoadException | RuntimeException | Error e) {
        instances.close();
        catalog.close();
        throw e;
      }
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
   * @param home to which paths in the configuration are relative
   * @return every plugin that is there
   * @throws PluginLoadException if any plugin there cannot be loaded, or any configuration is wrong
   */
  public static List<PluginDescription> check(Path directory, PluginSelection selection, Path home)
      throws PluginLoadException {
    try (Catalog catalog = Catalog.open(directory, home)) {
      return catalog.describe(wanted(catalog, selection, new Binder(home, System.getenv())));
    }
  }

  /** The authenticator, the router and the interceptors, in this order. */
  private static List<Wanted> wanted(Catalog catalog, PluginSelection selection, Binder binder)
      throws PluginLoadException {
    List<@Nullable Wanted> wanted = new ArrayList<>();
    wanted.add(catalog.find(PluginKind.AUTHENTICATOR, selection.authenticator(), binder));
    wanted.add(catalog.find(PluginKind.ROUTER, selection.router(), binder));
    for (PluginInstanceConfig interceptor : selection.interceptors()) {
      wanted.add(catalog.find(PluginKind.INTERCEPTOR, interceptor, binder));
    }
    catalog.throwIfAnyProblem();
    return wanted.stream().map(Wanted.class::cast).toList();
  }

  public Authenticator authenticator() {
    return authenticator;
  }

  public Router router() {
    return router;
  }

  /** In the order in which frontend messages pass them. */
  public List<NamedInterceptor> interceptors() {
    return interceptors;
  }

  /** Every plugin that is there, in use or not. */
  public List<PluginDescription> descriptions() {
    return descriptions;
  }

  /**
   * Closes the interceptors from last to first, then the router, then the authenticator, then the
   * jars. What a plugin throws is logged. Further calls do nothing.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      instances.close();
      archives.forEach(LoadedArchive::close);
    }
  }
}
