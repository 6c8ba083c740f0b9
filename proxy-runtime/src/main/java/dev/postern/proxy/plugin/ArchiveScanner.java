package dev.postern.proxy.plugin;

import dev.postern.proxy.config.ShellWord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at everything in the plugin directory before any of it is loaded. */
final class ArchiveScanner {
  /** The level of the plugin API that this Postern has. */
  static final int API_LEVEL = 1;

  /** Of a file, and the same as the relative URL of a manifest's {@code Class-Path}. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]*");

  private final Path home;
  private final @Nullable Map<String, String> pins;
  private final PluginProblems problems;

  /**
   * @param home to which paths in messages are relative
   * @param pins the SHA-256 that each jar has to have, by its path within the directory; {@code
   *     null}: none is checked
   */
  ArchiveScanner(Path home, @Nullable Map<String, String> pins, PluginProblems problems) {
    this.home = home.toAbsolutePath().normalize();
    this.pins = pins;
    this.problems = problems;
  }

  /** Jars, and folders with jars, in the order of their names. Other files are no plugins. */
  List<PluginArchive> scan(Path directory) {
    List<PluginArchive> archives = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      problems.add(
          shown(directory),
          "not a directory",
          "make it, or set plugins.directory to where plugins are");
    } else if (isSafe(directory)) {
      for (Path path : list(directory)) {
        PluginArchive archive = look(path, directory);
        if (archive != null) {
          archives.add(archive);
        }
      }
    }
    return archives;
  }

  /** Looks at one jar or folder; {@code null} if it is neither, or after a problem was reported. */
  @Nullable PluginArchive look(Path path, Path directory) {
    List<Path> jars = Files.isDirectory(path) ? folder(path) : jar(path);
    return jars != null
            && jars.stream().filter(jar -> isPinned(jar, directory)).count() == jars.size()
        ? archive(path, jars)
        : null;
  }

  private @Nullable List<Path> jar(Path path) {
    return isJar(path) && isSafe(path) && isFile(path) ? List.of(path) : null;
  }

  private boolean isPinned(Path jar, Path directory) {
    if (pins == null) {
      return true;
    }
    String pin = pins.get(directory.relativize(jar).toString());
    if (pin == null) {
      problems.add(
          shown(jar),
          "is not named in plugins.sha256",
          "remove it, or name it there with the SHA-256 that \"postern plugin verify\" shows");
      return false;
    }
    try {
      String digest = JarDigest.of(jar);
      if (pin.equalsIgnoreCase(digest)) {
        return true;
      }
      problems.add(
          shown(jar),
          "has the SHA-256 " + digest + ", and plugins.sha256 says " + pin,
          "put the jar there that was meant, or correct the configuration");
    } catch (IOException e) {
      problems.add(shown(jar), "cannot be read: " + LoadFailure.message(e), "check who owns it");
    }
    return false;
  }

  private @Nullable List<Path> folder(Path path) {
    if (!isSafe(path)) {
      return null;
    }
    List<Path> jars = list(path).stream().filter(ArchiveScanner::isJar).toList();
    if (jars.isEmpty()) {
      problems.add(
          shown(path), "a folder without a jar", "put the plugin's jars into it, or remove it");
      return null;
    }
    // Not allMatch alone: each jar is to be reported.
    return jars.stream().filter(jar -> isSafe(jar) && isFile(jar)).toList().size() == jars.size()
        ? jars
        : null;
  }

  private @Nullable PluginArchive archive(Path path, List<Path> jars) {
    List<JarFacts> facts = new ArrayList<>();
    for (Path jar : jars) {
      try {
        facts.add(JarFacts.of(jar));
      } catch (IOException | RuntimeException e) {
        // The zip classes throw unchecked exceptions too where a jar is broken enough.
        problems.add(
            shown(jar),
            "cannot be read as a jar: " + LoadFailure.message(e),
            "build or copy it again");
        return null;
      }
    }
    return isAcceptable(path, facts) ? archive(path, facts, jars) : null;
  }

  private PluginArchive archive(Path path, List<JarFacts> facts, List<Path> jars) {
    List<Path> ordered = new ArrayList<>();
    Map<PluginKind, List<String>> providers = new EnumMap<>(PluginKind.class);
    String version = null;
    int apiLevel = 0;
    for (JarFacts jar : facts) {
      if (jar.hasServices()) {
        ordered.add(jar.jar());
        version = version == null ? jar.version() : version;
        // Each has been looked at: it says a level, and no other one.
        apiLevel = Integer.parseInt(jar.apiLevel());
        jar.providers()
            .forEach(
                (kind, names) ->
                    providers.computeIfAbsent(kind, _ -> new ArrayList<>()).addAll(names));
      }
    }
    jars.stream().filter(jar -> !ordered.contains(jar)).forEach(ordered::add);
    return new PluginArchive(shown(path), List.copyOf(ordered), version, apiLevel, providers);
  }

  private boolean isAcceptable(Path path, List<JarFacts> facts) {
    Set<String> jars =
        facts.stream()
            .map(jar -> String.valueOf(jar.jar().getFileName()))
            .collect(Collectors.toSet());
    boolean acceptable = true;
    for (JarFacts jar : facts) {
      acceptable &= hasNothingForbidden(jar) && namesNoOtherJar(jar, jars) && hasApiLevel(jar);
    }
    if (acceptable && facts.stream().noneMatch(JarFacts::hasServices)) {
      problems.add(
          shown(path),
          "names no plugin",
          "a plugin's jar names its factory in META-INF/services/ under "
              + "dev.postern.api.auth.AuthenticatorFactory, dev.postern.api.routing.RouterFactory"
              + " or dev.postern.api.intercept.MessageInterceptorFactory; if it is a library, put"
              + " it into the folder of the plugin that needs it");
      return false;
    }
    for (JarFacts jar : facts) {
      if (acceptable
          && jar.hasServices()
          && jar.providers().values().stream().allMatch(List::isEmpty)) {
        problems.add(
            shown(jar.jar()),
            "its services file names no class",
            "write the factory's class name into it and build the jar again");
        return false;
      }
    }
    return acceptable;
  }

  private boolean hasNothingForbidden(JarFacts jar) {
    if (jar.strayEntry() != null) {
      problems.add(
          shown(jar.jar()),
          "an entry points out of the jar: " + jar.strayEntry().replaceAll("\\p{Cntrl}", "?"),
          "do not use this jar");
      return false;
    }
    if (jar.apiClass() != null) {
      problems.add(
          shown(jar.jar()),
          "bundles classes of Postern's API, such as " + jar.apiClass(),
          "give proxy-api the scope \"provided\" and build it again; in a folder, remove"
              + " proxy-api's jar");
      return false;
    }
    return true;
  }

  /** What a class loader finds through the manifest has been looked at by nobody. */
  private boolean namesNoOtherJar(JarFacts jar, Set<String> jars) {
    for (String named : jar.classPath()) {
      if (!jars.contains(named) || !PLAIN_NAME.matcher(named).matches()) {
        problems.add(
            shown(jar.jar()),
            "its manifest's Class-Path names "
                + named.replaceAll("\\p{Cntrl}", "?")
                + ", which is no jar of this plugin",
            "put the plugin and its libraries into a folder of their own, or the libraries' classes"
                + " into the plugin's jar, and build the jar again without Class-Path");
        return false;
      }
    }
    return true;
  }

  private boolean hasApiLevel(JarFacts jar) {
    if (!jar.hasServices() || String.valueOf(API_LEVEL).equals(jar.apiLevel())) {
      return true;
    }
    if (jar.apiLevel() == null) {
      problems.add(
          shown(jar.jar()),
          "does not say which plugin API it was built for",
          "add \""
              + JarFacts.API_LEVEL
              + ": "
              + API_LEVEL
              + "\" to its manifest and build it again");
    } else {
      problems.add(
          shown(jar.jar()),
          "was built for plugin API "
              + jar.apiLevel().replaceAll("\\p{Cntrl}", "?")
              + ", this Postern has "
              + API_LEVEL,
          "use a build of the plugin for API " + API_LEVEL + ", or a Postern that has its API");
    }
    return false;
  }

  /** Whoever can write here runs code in Postern; the world must not. */
  private boolean isSafe(Path path) {
    try {
      PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
      if (view == null
          || !view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
        return true;
      }
      problems.add(shown(path), "everyone can write to it", "run: chmod o-w " + ShellWord.of(path));
    } catch (NoSuchFileException e) {
      problems.add(shown(path), "a link to what is not there", "correct the link, or remove it");
    } catch (IOException e) {
      problems.add(
          shown(path), "cannot be looked at: " + LoadFailure.message(e), "check who owns it");
    }
    return false;
  }

  /** To open a pipe waits for somebody who writes, and a device may have no end. */
  private boolean isFile(Path jar) {
    if (Files.isRegularFile(jar)) {
      return true;
    }
    problems.add(shown(jar), "is no regular file", "put the jar itself there, or remove it");
    return false;
  }

  private List<Path> list(Path directory) {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.filter(path -> !path.getFileName().toString().startsWith(".")).sorted().toList();
    } catch (IOException e) {
      problems.add(
          shown(directory), "cannot be listed: " + LoadFailure.message(e), "check who owns it");
      return List.of();
    }
  }

  private static boolean isJar(Path path) {
    return path.getFileName().toString().endsWith(".jar") && !Files.isDirectory(path);
  }

  private String shown(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    return (absolute.startsWith(home) ? home.relativize(absolute) : absolute).toString();
  }
}
