package dev.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds client programs on this machine: on {@code PATH}, then among the PostgreSQL versions of
 * Debian's packages, newest first.
 */
public final class Programs {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private Programs() {}

  /** The program, or nothing where it is not installed. */
  public static Optional<Program> find(String name) {
    return directories().stream()
        .map(directory -> directory.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .map(Program::new);
  }

  /** The program; where it is not installed, the test that asks is skipped and says so. */
  public static Program require(String name) {
    return find(name).orElseThrow(() -> Skip.because(name + " is not on this machine"));
  }

  private static List<Path> directories() {
    List<Path> directories = new ArrayList<>();
    for (String entry :
        System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator, -1)) {
      if (!entry.isEmpty()) {
        directories.add(Path.of(entry));
      }
    }
    if (Files.isDirectory(DEBIAN)) {
      try (Stream<Path> versions = Files.list(DEBIAN)) {
        versions
            .sorted(Comparator.comparingInt(Programs::version).reversed())
            .forEach(version -> directories.add(version.resolve("bin")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return directories;
  }

  private static int version(Path directory) {
    String name = directory.getFileName().toString();
    return name.matches("\\d{1,3}") ? Integer.parseInt(name) : 0;
  }
}
