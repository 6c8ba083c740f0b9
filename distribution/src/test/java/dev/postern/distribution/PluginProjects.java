package dev.postern.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Projects of plugins that the command makes, built by Maven as their authors do, with the jars of
 * an installation. Maven is offline: everything but Postern's own jars is there since this build.
 */
final class PluginProjects {
  private static final Path BUILD = Path.of("..").toAbsolutePath().normalize();

  private final Installation postern;
  private final Path directory;
  private final Path repository;

  /**
   * @param directory where they are
   */
  PluginProjects(Installation postern, Path directory) throws IOException {
    this.postern = postern;
    this.directory = directory;
    repository = directory.resolve("repository");
    Path ours = Path.of(System.getProperty("maven.repository"));
    link(ours, repository, "dev");
    link(ours.resolve("dev"), repository.resolve("dev"), "postern");
  }

  /** What is in one repository is in the other, too, but for one name. */
  private static void link(Path from, Path to, String without) throws IOException {
    Files.createDirectories(to);
    if (!Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        if (!entry.getFileName().toString().equals(without)) {
          Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
        }
      }
    }
  }

  /** Makes a project. */
  Path make(String name, String kind) throws Exception {
    Path project = directory.resolve(name);
    postern.command("", "plugin", "new", name, "--kind", kind, "--directory", project.toString());
    return project;
  }

  /** Builds and tests a project; returns its jar. */
  Path build(Path project) throws Exception {
    Path log = directory.resolve("maven.log");
    ProcessBuilder maven =
        new ProcessBuilder(
            BUILD.resolve("mvnw").toString(),
            "-B",
            "-o",
            "-Daether.offline.protocols=file",
            "-Dmaven.repo.local=" + repository,
            "-f",
            project.resolve("pom.xml").toString(),
            "package");
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    maven.environment().keySet().removeAll(List.of("MAVEN_OPTS", "MAVEN_ARGS"));
    Process process =
        maven
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(BUILD.toFile())
            .start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    process.destroyForcibly();
    if (!ended || process.exitValue() != 0) {
      throw new IOException(Files.readString(log));
    }
    return project.resolve("target/" + project.getFileName() + "-1.0.0.jar");
  }
}
