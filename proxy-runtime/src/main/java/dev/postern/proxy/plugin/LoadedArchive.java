package dev.postern.proxy.plugin;

import dev.postern.api.PluginFactory;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plugin's class loader and the factories that came from it. */
final class LoadedArchive {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedArchive.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  private final PluginArchive archive;
  private final PluginClassLoader loader;
  private final List<LoadedFactory> factories = new ArrayList<>();
  private final Set<String> instances = ConcurrentHashMap.newKeySet();
  private final Queue<Set<Thread>> lentThreads = new ConcurrentLinkedQueue<>();
  private final Uses uses = new Uses(this::close);
  private volatile @Nullable Remains remains;

  /**
   * @param configType what the factory gave as the type of its configuration
   */
  record LoadedFactory(
      LoadedArchive archive,
      PluginKind kind,
      String name,
      PluginFactory<?> factory,
      Class<? extends Record> configType) {}

  private LoadedArchive(PluginArchive archive, PluginClassLoader loader) {
    this.archive = archive;
    this.loader = loader;
  }

  /** Creates the loader and all factories; what fails is reported and left out. */
  static LoadedArchive load(PluginArchive archive, ClassLoader host, PluginProblems problems) {
    LoadedArchive loaded =
        new LoadedArchive(archive, new PluginClassLoader(archive.shown(), urls(archive), host));
    archive
        .providers()
        .forEach((kind, names) -> names.forEach(name -> loaded.loadFactory(kind, name, problems)));
    return loaded;
  }

  private static URL[] urls(PluginArchive archive) {
    List<URL> urls = new ArrayList<>();
    try {
      for (Path jar : archive.jars()) {
        urls.add(jar.toUri().toURL());
      }
    } catch (MalformedURLException e) {
      throw new IllegalStateException("every file has a URL", e);
    }
    return urls.toArray(URL[]::new);
  }

  private void loadFactory(PluginKind kind, String className, PluginProblems problems) {
    String during = className + ": ";
    try (LoaderScope _ = LoaderScope.enter(loader)) {
      Object provider = newProvider(kind, className, problems);
      if (provider instanceof PluginFactory<?> factory) {
        String name = factory.name();
        Class<? extends Record> configType = factory.configType();
        if (name == null || !NAME.matcher(name).matches()) {
          problems.add(
              archive.shown(),
              during + "its name() is not fit for a name",
              "use lower-case letters, digits and hyphens, at most 63");
        } else if (configType == null || !configType.isRecord()) {
          problems.add(
              archive.shown(), during + "its configType() is not a record", "give it a record");
        } else {
          factories.add(new LoadedFactory(this, kind, name, factory, configType));
        }
      }
    } catch (InvocationTargetException e) {
      problems.add(archive.shown(), during + "constructor: ", e.getTargetException());
    } catch (Throwable e) {
      problems.add(archive.shown(), during, e);
    }
  }

  private @Nullable Object newProvider(PluginKind kind, String className, PluginProblems problems)
      throws ReflectiveOperationException {
    Class<?> type;
    try {
      type = Class.forName(className, false, loader);
    } catch (ClassNotFoundException e) {
      if (e.getCause() instanceof IOException) {
        throw e;
      }
      problems.add(
          archive.shown(),
          "names "
              + className.replaceAll("\\p{Cntrl}", "?")
              + " in "
              + kind.servicesFile()
              + " and has no such class",
          "correct the name in the services file, or build the jar again");
      return null;
    }
    if (!kind.factoryType().isAssignableFrom(type)) {
      problems.add(
          archive.shown(),
          className + " is no " + kind.factoryType().getSimpleName(),
          "implement that interface, or name the class in the services file of what it is");
      return null;
    }
    try {
      var constructor = type.getConstructor();
      if (Modifier.isPublic(type.getModifiers()) && !Modifier.isAbstract(type.getModifiers())) {
        return constructor.newInstance();
      }
    } catch (NoSuchMethodException e) {
      // Said below.
    }
    problems.add(
        archive.shown(),
        className + " cannot be created",
        "make it a public class that is not abstract, with a public constructor without parameters");
    return null;
  }

  String shown() {
    return archive.shown();
  }

  PluginArchive archive() {
    return archive;
  }

  PluginClassLoader loader() {
    return loader;
  }

  List<LoadedFactory> factories() {
    return factories;
  }

  /** Whoever loaded it, and each instance that was made of it; the last one closes the jars. */
  Uses uses() {
    return uses;
  }

  /**
   * One user more: an instance that is made of it.
   *
   * @param threads that its context lends it, as long as they run
   */
  void use(String instance, Set<Thread> threads) {
    uses.take();
    instances.add(instance);
    lentThreads.add(threads);
  }

  /** The names of those that were made of it so far. */
  Collection<String> instances() {
    return instances;
  }

  Collection<Set<Thread>> lentThreads() {
    return lentThreads;
  }

  /** Who is told when nobody uses it any more. */
  void leave(Remains to) {
    remains = to;
  }

  private void close() {
    try {
      loader.close();
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("plugin", archive.shown()).setCause(e).log("jar did not close");
    }
    Remains told = remains;
    if (told != null) {
      told.of(this);
    }
  }
}
