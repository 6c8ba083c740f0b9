package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.routing.Pooling;
import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.plugins.recorder.RecorderFactory;
import dev.postern.proxy.recording.RecordingPrinter;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written of sessions that share one connection to the server is each one's own. */
final class PooledLogsIT {
  private static final String ROLE = "pooled_logs_role";

  @TempDir private Path directory;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void statementsAreLoggedForTheSessionThatSentThem() throws Exception {
    Path file = directory.resolve("queries.jsonl");
    talk(
        RunningPostern.builder()
            .backend(Gateways.server(), Pooling.TRANSACTION.with(pool -> pool.size(1)))
            .interceptor("log", new QueryLogFactory(), Map.of("file", file.toString()))
            .start());

    List<JsonObject> lines = Files.readAllLines(file).stream().map(PooledLogsIT::parse).toList();
    List<String> sessions =
        lines.stream().map(line -> line.getString("sessionId")).distinct().toList();
    assertThat(sessions).hasSize(2);
    assertThat(lines).extracting(line -> line.getString("backend")).doesNotContain("").hasSize(12);
    for (String who : List.of("one", "two")) {
      String session =
          lines.stream()
              .filter(line -> line.getString("sql").contains("'" + who + "'"))
              .findFirst()
              .orElseThrow()
              .getString("sessionId");
      assertThat(
              lines.stream()
                  .filter(line -> line.getString("sessionId").equals(session))
                  .map(line -> line.getString("outcome") + " " + line.getString("sql")))
          .containsExactly(
              "completed BEGIN",
              "completed SELECT '" + who + "'",
              "completed COMMIT",
              "failed SELECT 1/0 AS " + who,
              "completed SELECT 'prepared by " + who + "'",
              "completed SELECT 'prepared by " + who + "'");
    }
  }

  @Test
  void conversationsAreRecordedEachInItsFile() throws Exception {
    talk(
        RunningPostern.builder()
            .backend(Gateways.server(), Pooling.TRANSACTION.with(pool -> pool.size(1)))
            .interceptor(
                "recorder", new RecorderFactory(), Map.of("directory", directory.toString()))
            .start());

    List<String> shown = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        StringBuilder text = new StringBuilder();
        RecordingPrinter.print(file, text);
        shown.add(text.toString());
      }
    }
    assertThat(shown).hasSize(2);
    for (String text : shown) {
      assertThat(text).endsWith("end: CLIENT_TERMINATED\n");
      assertThat(text.split("-> Query", -1)).as(text).hasSize(5);
      assertThat(text.split("-> Parse", -1)).as(text).hasSize(2);
      assertThat(text.split("-> Bind", -1)).as(text).hasSize(3);
      assertThat(text.split("<- ErrorResponse", -1)).as(text).hasSize(2);
      assertThat(text.split("<- ReadyForQuery", -1)).as(text).hasSize(8);
      assertThat(text.split("<- DataRow", -1)).as(text).hasSize(4);
    }
  }

  /** Two clients take turns, of which neither can be served while the other is in a transaction. */
  private static void talk(RunningPostern running) {
    try (RunningPostern postern = running) {
      postern.importUser(Gateways.server(), ROLE);
      try (WireClient one = WireClient.connect(postern.address());
          WireClient two = WireClient.connect(postern.address())) {
        one.login(ROLE, Gateways.PASSWORD, "postgres");
        two.login(ROLE, Gateways.PASSWORD, "postgres");
        Map<String, WireClient> clients = Map.of("one", one, "two", two);
        clients.forEach(
            (who, client) -> {
              client.query("BEGIN");
              assertThat(client.queryOne("SELECT '" + who + "'")).isEqualTo(who);
              client.query("COMMIT");
            });
        clients.forEach((who, client) -> client.query("SELECT 1/0 AS " + who));
        clients.forEach(
            (who, client) -> {
              client.send(
                  FrontendPackets.parse("s", "SELECT 'prepared by " + who + "'"),
                  FrontendPackets.sync());
              client.receiveUntil('Z');
            });
        for (int i = 0; i < 2; i++) {
          clients.forEach(
              (_, client) -> {
                client.send(
                    FrontendPackets.bind("", "s"),
                    FrontendPackets.execute("", 0),
                    FrontendPackets.sync());
                client.receiveUntil('Z');
              });
        }
        one.send(FrontendPackets.terminate());
        two.send(FrontendPackets.terminate());
      }
    }
  }

  private static JsonObject parse(String line) {
    try (JsonReader reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }
}
