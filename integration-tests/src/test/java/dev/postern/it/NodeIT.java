package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.Programs;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.Skip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The {@code pg} module of Node, fetched by npm; skipped where either is not there. */
final class NodeIT {
  private static final String ROLE = "node_role";
  private static final String MODULE = "pg@8.16.3";
  private static final Path DIRECTORY =
      Path.of(System.getProperty("postern.it.directory", "target"), "node-client").toAbsolutePath();

  @BeforeAll
  static void installTheModule() throws IOException {
    Programs.require("node");
    Files.createDirectories(DIRECTORY);
    try (InputStream script =
        Objects.requireNonNull(NodeIT.class.getResourceAsStream("/node/client.cjs"))) {
      Files.write(DIRECTORY.resolve("client.cjs"), script.readAllBytes());
    }
    if (!Files.isDirectory(DIRECTORY.resolve("node_modules/pg"))) {
      ProgramRun install =
          Programs.require("npm")
              .with("install", "--prefix", ".", "--no-audit", "--no-fund", MODULE)
              .in(DIRECTORY)
              .run();
      Skip.unless(install.exitCode() == 0, "npm cannot fetch " + MODULE + ": " + install.errors());
    }
    Gateways.createRole(ROLE);
  }

  @Test
  void worksWithoutTls() {
    worksThrough(Gateways.plain());
  }

  @Test
  void worksOverTlsWithABoundChannel() {
    worksThrough(Gateways.encrypted());
  }

  private static void worksThrough(RunningPostern postern) {
    ProgramRun run =
        Psql.program("node", postern, ROLE).with("client.cjs").in(DIRECTORY).run().expectSuccess();
    assertThat(run.trimmedOutput())
        .isEqualTo(
            "{\"user\":\"node_role\",\"sum\":42,\"prepared\":[2,4,6],\"rows\":10000,\"error\":\"22012\","
                + "\"notified\":\"hello\",\"pooled\":1225,\"refused\":\"28P01\"}");
  }
}
