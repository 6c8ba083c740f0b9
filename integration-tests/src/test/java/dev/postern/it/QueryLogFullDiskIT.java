package dev.postern.it;

import static dev.postern.it.LoggedStatements.ROLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.testkit.RunningPostern;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The query log on a file system that is full. */
final class QueryLogFullDiskIT {
  private static final int DISK = 64;
  private static final String FILLER = "filler";
  private static final String FULL = "the query log cannot be written";

  @TempDir Path home;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void everyLineIsWholeAndNoneIsMissingOnceThereIsRoomAgain() throws Exception {
    try (SmallDisk disk = SmallDisk.at(home, DISK)) {
      Path file = disk.path().resolve("queries.jsonl");
      int asked;
      try (RunningPostern postern = start(file);
          Connection connection = Gateways.connect(postern, ROLE)) {
        asked = askUntilFull(disk, file, connection, FULL, "No space left on device");
        Sql.run(connection, statement(asked++));

        disk.free(FILLER);
        String last = statement(asked - 1);
        await().until(() -> Files.readString(file).contains(last));
        Sql.run(connection, statement(asked++));
      }
      List<String> expected =
          IntStream.range(0, asked).mapToObj(QueryLogFullDiskIT::statement).toList();
      assertThat(statements(file)).isEqualTo(expected);
      assertThat(Logs.containing("lines of the query log were lost")).isEmpty();
    }
  }

  @Test
  void aGatewayStopsThoughTheDiskIsFullAndSaysHowManyLinesAreMissing() throws Exception {
    try (SmallDisk disk = SmallDisk.at(home, DISK)) {
      Path file = disk.path().resolve("queries.jsonl");
      int asked;
      try (RunningPostern postern = start(file);
          Connection connection = Gateways.connect(postern, ROLE)) {
        asked = askUntilFull(disk, file, connection, FULL);
      }
      List<String> written = statements(file);
      assertThat(written).hasSizeLessThan(asked);
      String lost = "lines=\"" + (asked - written.size()) + "\"";
      assertThat(Logs.containing("lines of the query log were lost", lost)).hasSize(1);
    }
  }

  @Test
  void halfALineOfAGatewayThatWasKilledSpoilsNoOther() throws Exception {
    Path file = home.resolve("queries.jsonl");
    Files.writeString(file, "{\"time\":\"2026-");
    try (RunningPostern postern = start(file);
        Connection connection = Gateways.connect(postern, ROLE)) {
      Sql.run(connection, statement(0));
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines.getFirst()).isEqualTo("{\"time\":\"2026-");
    assertThat(lines.subList(1, lines.size()))
        .allSatisfy(line -> assertThat(parse(line)).isNotNull())
        .last()
        .asString()
        .contains(statement(0));
  }

  /**
   * Asks for statements while the disk gets full.
   *
   * @param said what the gateway says of it
   * @return how many it was asked for
   */
  private static int askUntilFull(SmallDisk disk, Path file, Connection connection, String... said)
      throws Exception {
    int asked = 0;
    Sql.run(connection, statement(asked++));
    await().until(() -> !statements(file).isEmpty());
    disk.fill(FILLER);
    while (Logs.containing(said).isEmpty()) {
      Sql.run(connection, statement(asked++));
    }
    return asked;
  }

  private static RunningPostern start(Path file) {
    RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor("audit", new QueryLogFactory(), Map.of("file", file.toString()))
            .start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static String statement(int n) {
    return "SELECT 'statement " + n + "'";
  }

  /** Those of the test, out of lines that are all whole. */
  private static List<String> statements(Path file) throws Exception {
    return Files.readAllLines(file).stream()
        .map(QueryLogFullDiskIT::parse)
        .filter(line -> !line.containsKey("dropped"))
        .map(line -> line.getString("sql"))
        .filter(sql -> sql.startsWith("SELECT 'statement"))
        .toList();
  }

  private static JsonObject parse(String line) {
    try (JsonReader reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }
}
