package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.recorder.RecorderFactory;
import dev.postern.proxy.recording.RecordingPrinter;
import dev.postern.testkit.RunningPostern;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real session is recorded message by message, and no value of it is found in the file. */
final class RecorderIT {
  private static final String ROLE = "recorder_role";

  @TempDir Path directory;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void aSessionIsRecordedWithoutItsValues() throws Exception {
    try (RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor(
                "recorder", new RecorderFactory(), Map.of("directory", directory.toString()))
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (Connection connection = Gateways.connect(postern, ROLE);
          PreparedStatement statement =
              connection.prepareStatement("SELECT ?::text || 's3cret-literal'")) {
        statement.setString(1, "s3cret-value");
        statement.executeQuery().close();
      }
    }

    Path file = onlyFile();
    StringBuilder shown = new StringBuilder();
    RecordingPrinter.print(file, shown);
    assertThat(shown)
        .contains("user: " + ROLE, "-> Parse", "-> Bind", "-> Execute", "-> Sync")
        .contains(
            "<- RowDescription", "<- DataRow columns=[(26)]", "<- CommandComplete tag=\"SELECT 1\"")
        .endsWith("end: CLIENT_TERMINATED\n");
    assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("s3cret");
  }

  @Test
  void messagesThatAreTooLargeToBeDecodedPassAndAreRecordedWithTheirLength() throws Exception {
    try (RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor(
                "recorder", new RecorderFactory(), Map.of("directory", directory.toString()))
            .setting("limits.intercepted-message", "4KiB")
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (Connection connection = Gateways.connect(postern, ROLE);
          PreparedStatement statement = connection.prepareStatement("SELECT ?::text")) {
        statement.setString(1, "s3cret".repeat(1000));
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          assertThat(row.getString(1)).hasSize(6000);
        }
      }
    }

    Path file = onlyFile();
    StringBuilder shown = new StringBuilder();
    RecordingPrinter.print(file, shown);
    assertThat(shown)
        .containsPattern("-> Undecoded type=\"B\" messageLength=60\\d\\d\n")
        .contains("<- Undecoded type=\"D\" messageLength=6010\n")
        .endsWith("end: CLIENT_TERMINATED\n");
    assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("s3cret");
  }

  private Path onlyFile() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }
}
