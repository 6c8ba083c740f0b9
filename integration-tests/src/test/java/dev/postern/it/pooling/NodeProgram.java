package dev.postern.it.pooling;

import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.Programs;
import dev.postern.testkit.Skip;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A Node application, with modules that npm fetches; a test is skipped where either is missing. */
final class NodeProgram {
  private static final List<String> MODULES =
      List.of("pg@8.16.3", "pg-cursor@2.15.3", "pg-copy-streams@7.0.0");
  private static final Path DIRECTORY =
      Path.of(System.getProperty("postern.it.directory", "target"), "node-pooling")
          .toAbsolutePath();

  private NodeProgram() {}

  /** What the application printed. */
  static Transcript conformance(Way way) {
    install("conformance.cjs");
    Transcript transcript = new Transcript();
    Programs.require("node")
        .environment("PGHOST", "127.0.0.1")
        .environment("PGPORT", Integer.toString(way.address().getPort()))
        .environment("PGUSER", way.role())
        .environment("PGPASSWORD", Pools.PASSWORD)
        .environment("PGDATABASE", "postgres")
        .with("conformance.cjs")
        .in(DIRECTORY)
        .run()
        .expectSuccess()
        .output()
        .lines()
        .forEach(transcript::add);
    return transcript;
  }

  private static void install(String script) {
    Programs.require("node");
    try (InputStream source =
        Objects.requireNonNull(NodeProgram.class.getResourceAsStream("/node/" + script))) {
      Files.createDirectories(DIRECTORY);
      Files.write(DIRECTORY.resolve(script), source.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!Files.isDirectory(DIRECTORY.resolve("node_modules/pg-copy-streams"))) {
      ProgramRun run =
          Programs.require("npm")
              .with("install", "--prefix", ".", "--no-audit", "--no-fund")
              .with(MODULES.toArray(String[]::new))
              .in(DIRECTORY)
              .run();
      Skip.unless(run.exitCode() == 0, "npm cannot fetch " + MODULES + ": " + run.errors());
    }
  }
}
