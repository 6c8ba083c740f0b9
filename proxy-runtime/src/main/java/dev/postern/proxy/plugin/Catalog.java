package dev.postern.proxy.plugin;

import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.Location;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.proxy.config.ScopeConfig;
import dev.postern.proxy.plugin.LoadedArchive.LoadedFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The factories that are there, and the finding of those that are wanted. One thread. */
final class Catalog implements AutoCloseable {
  private final List<LoadedArchive> archives;
  private final PluginProblems problems;

  /** A factory, and the configuration for one instance of it. */
  record Wanted(
      LoadedFactory factory,
      String name,
      @Nullable ScopeConfig only,
      Record config,
      Location location) {
    /** The same for some sessions; {@code null}: for all. */
    Wanted limitedTo(@Nullable ScopeConfig sessions) {
      return new Wanted(factory, name, sessions, config, location);
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
  static Catalog open(PluginJars directory) throws PluginLoadException {
    PluginProblems problems = new PluginProblems();
    List<PluginArchive> found =
        new ArchiveScanner(directory.home(), directory.sha256(), problems).scan(directory.path());
    return load(found, problems);
  }

  /**
   * One jar or folder, wherever it is.
   *
   * @param home to which paths in messages are relative
   */
  static Catalog of(Path archive, Path home) throws PluginLoadException {
    PluginProblems problems = new PluginProblems();
    ArchiveScanner scanner = new ArchiveScanner(home, null, problems);
    Path path = archive.toAbsolutePath().normalize();
    PluginArchive found = null;
    if (Files.exists(path)) {
      found = scanner.look(path, path);
      if (found == null && problems.isEmpty()) {
        problems.add(archive.toString(), "is no jar", "name a file that ends in .jar, or a folder");
      }
    } else {
      problems.add(archive.toString(), "does not exist", "check the path");
    }
    return load(found == null ? List.of() : List.of(found), problems);
  }

  private static Catalog load(List<PluginArchive> found, PluginProblems problems)
      throws PluginLoadException {
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
      return new Wanted(factory, instance.effectiveName(), null, config, instance.location());
    } catch (ConfigurationException e) {
      e.problems()
          .forEach(
              problem ->
                  problems.add(
                      problem.location().toString(),
                      problem.message(),
                      "a setting of " + factory.kind() + " " + factory.name() + ", " + jar));
    } catch (Throwable e) {
      problems.add(jar, "configuration record " + factory.configType().getName() + ": ", e);
    }
    return null;
  }

  /** Reports that the configuration does not go with what is in service. */
  void refuse(String place, String reason, String remedy) {
    problems.add(place, reason, remedy);
  }

  void throwIfAnyProblem() throws PluginLoadException {
    problems.throwIfAny();
  }

  /** Every factory that is there. */
  List<PluginDescription> describe() {
    return factories().stream()
        .map(
            factory ->
                new PluginDescription(
                    factory.name(),
                    factory.kind(),
                    factory.archive().shown(),
                    factory.archive().archive().version(),
                    factory.archive().archive().apiLevel()))
        .toList();
  }

  /**
   * Of all jars, in the order of their names.
   *
   * @throws PluginLoadException if one cannot be read
   */
  List<VerifiedArchive.Digest> digests() throws PluginLoadException {
    List<VerifiedArchive.Digest> digests = new ArrayList<>();
    for (LoadedArchive archive : archives) {
      for (Path jar : archive.archive().jars()) {
        try {
          digests.add(new VerifiedArchive.Digest(archive.archive().nameOf(jar), JarDigest.of(jar)));
        } catch (IOException e) {
          problems.add(archive.shown(), "cannot be read: " + LoadFailure.message(e), "try again");
        }
      }
    }
    problems.throwIfAny();
    digests.sort(Comparator.comparing(VerifiedArchive.Digest::jar));
    return digests;
  }

  /** Who is told of each archive that nobody uses any more. */
  void leave(Remains to) {
    archives.forEach(archive -> archive.leave(to));
  }

  /** Done with the archives; those of which instances were made stay open for them. */
  @Override
  public void close() {
    archives.forEach(archive -> archive.uses().giveBack());
  }
}
