package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordingCommandTest {
  /** {"format": "postern-recording", "version": 1}, then [1834, "F", "Sync", {}]. */
  private static final String RECORDING =
      "d9d9f7bf66666f726d617471706f737465726e2d7265636f7264696e676776657273696f6e01ff"
          + "8419072a61466453796e63a0";

  @TempDir Path directory;

  private final PrintStream standardOut = System.out;
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(standardOut);
    System.setErr(standardError);
  }

  @Test
  void showPrintsTheMessages() throws Exception {
    Path file = directory.resolve("a.recording");
    Files.write(file, HexFormat.of().parseHex(RECORDING));

    assertThat(Postern.execute("recording", "show", file.toString())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("    0.001834  -> Sync\n");
  }

  @Test
  void showPrintsOneJsonValueForPrograms() throws Exception {
    Path file = directory.resolve("a.recording");
    // [2000, "B", "DataRow", {"columns": [h'ff', null, {"length": 2}]}], [2001, "E", "KILLED"]
    String more =
        "841907d061426744617461526f77a167636f6c756d6e738341fff6a1666c656e67746802"
            + "831907d16145664b494c4c4544";
    Files.write(file, HexFormat.of().parseHex(RECORDING + more));

    assertThat(Postern.execute("recording", "show", "--output", "json", file.toString())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"header":{"format":"postern-recording","version":1},"messages":[\
            {"micros":1834,"from":"client","type":"Sync","fields":{}},\
            {"micros":2000,"from":"server","type":"DataRow",\
            "fields":{"columns":[{"hex":"ff"},null,{"length":2}]}}],\
            "end":{"micros":2001,"reason":"KILLED"}}
            """);
  }

  @Test
  void ofADamagedRecordingTheJsonIsWholeAndTheCommandFails() throws Exception {
    Path file = directory.resolve("a.recording");
    Files.write(file, HexFormat.of().parseHex(RECORDING + "01"));

    assertThat(Postern.execute("recording", "show", "--output", "json", file.toString()))
        .isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\"fields\":{}}],\"end\":null}");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("damaged");
  }

  @Test
  void aFileThatIsNoRecordingIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("a.txt"), "hello");

    assertThat(Postern.execute("recording", "show", file.toString())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("postern: " + file + ": not a recording\n");
  }

  @Test
  void aFileThatDoesNotExistIsNotFound() {
    Path file = directory.resolve("none");

    assertThat(Postern.execute("recording", "show", file.toString())).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("no such file");
  }
}
