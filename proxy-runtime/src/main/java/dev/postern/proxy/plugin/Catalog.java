package dev.postern.proxy.plugin;

import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.Location;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.proxy.plugin.LoadedArchive.LoadedFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The factories that are there, and the finding of those that are wanted. One thread. */
final class Catalog implements AutoCloseable {
  private final List<LoadedArchive> archives;
  private final PluginProblems problems;

  /** A factory, and the configuration for one instance of it. */
  record Wanted(LoadedFactory factory, String name, Record config, Location location) {
    boolean isOf(LoadedFactory other) {
      return factory.kind() == other.kind() && factory.name().equals(other.name());
    }

    Origin origin() {
      return new Origin(name, factory.archive().shown(), factory.archive().loader());
    }
  }

  private Catalog(List<LoadedArchive> archives, PluginProblems problems) {
    this.archives = archives;
    this.problems = problems;
  }

  /** Looks at all archives, then creates all their factories. */
  static Catalog open(Path directory, Path home) throws PluginLoadException {
    PluginProblems problems = new PluginProblems();
    List<PluginArchive> found = new ArchiveScanner(home, problems).scan(directory);
    problems.throwIfAny();
    List<LoadedArchive> archives = new ArrayList<>();
    Catalog catalog = new Catalog(archives, problems);
    try {
      ClassLoader host = Catalog.class.getClassLoader();
      found.forEach(archive -> archives.add(LoadedArchive.load(archive, host, problems)));
      catalog.checkNames();
      problems.throwIfAny();
      return catalog;
    } catch (PluginLoadException | RuntimeException | Error e) {
      catalog.close();
      throw e;
    }
  }

  private void checkNames() {
    List<LoadedFactory> known = new ArrayList<>();
    for (LoadedFactory factory : factories()) {
      known.stream()
          .filter(other -> other.kind() == factory.kind() && other.name().equals(factory.name()))
          .findFirst()
          .ifPresent(
              other ->
                  problems.add(
                      factory.archive().shown(),
                      "%s \"%s\" is in %s too"
                          .formatted(factory.kind(), factory.name(), other.archive().shown()),
                      "keep one of them"));
      known.add(factory);
    }
  }

  private List<LoadedFactory> factories() {
    return archives.stream().flatMap(archive -> archive.factories().stream()).toList();
  }

  /**
   * Finds the factory of an instance and binds its configuration; {@code null} after a problem was
   * reported.
   */
  @Nullable Wanted find(PluginKind kind, PluginInstanceConfig instance, Binder binder) {
    String plugin = instance.plugin();
    for (LoadedFactory factory : factories()) {
      if (factory.kind() == kind && factory.name().equals(plugin)) {
        return bind(factory, instance, binder);
      }
    }
    List<LoadedFactory> namesakes =
        factories().stream().filter(factory -> factory.name().equals(plugin)).toList();
    String known =
        factories().stream()
            .filter(factory -> factory.kind() == kind)
            .map(LoadedFactory::name)
            .sorted()
            .collect(Collectors.joining(", "));
    problems.add(
        instance.location().toString(),
        namesakes.isEmpty()
            ? "there is no %s \"%s\"".formatted(kind, plugin)
            : "\"%s\" is of kind %s, not %s".formatted(plugin, namesakes.getFirst().kind(), kind),
        known.isEmpty()
            ? "there is none at all; put its jar into the plugin directory"
            : "known: " + known);
    return null;
  }

  private @Nullable Wanted bind(
      LoadedFactory factory, PluginInstanceConfig instance, Binder binder) {
    String jar = factory.archive().shown();
    try (LoaderScope _ = LoaderScope.enter(factory.archive().loader())) {
      Record config = binder.bind(instance.config(), factory.configType());
      return new Wanted(factory, instance.effectiveName(), config, instance.location());
    } catch (ConfigurationException e) {
      e.problems()
          .forEach(
              problem ->
                  problems.add(
                      problem.location().toString(),
                      problem.message(),
                      "a setting of " + factory.kind() + " " + factory.name() + ", " + jar));
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      problems.add(jar, "configuration record " + factory.configType().getName() + ": ", e);
    }
    return null;
  }

  void throwIfAnyProblem() throws PluginLoadException {
    problems.throwIfAny();
  }

  /** Every factory, with the instances that are made of it. */
  List<PluginDescription> describe(List<Wanted> wanted) {
    return factories().stream()
        .map(
            factory ->
                new PluginDescription(
                    factory.name(),
                    factory.kind(),
                    factory.archive().shown(),
                    factory.archive().archive().version(),
                    factory.archive().archive().apiLevel(),
                    wanted.stream()
                        .filter(instance -> instance.isOf(factory))
                        .map(Wanted::name)
                        .toList()))
        .toList();
  }

  /** Closes what nothing in service came from, and gives the rest up to be closed later. */
  List<LoadedArchive> keep(List<Wanted> wanted) {
    List<LoadedArchive> used =
        wanted.stream().map(one -> one.factory().archive()).distinct().toList();
    archives.stream().filter(archive -> !used.contains(archive)).forEach(LoadedArchive::close);
    return used;
  }

  @Override
  public void close() {
    archives.forEach(LoadedArchive::close);
  }
}
