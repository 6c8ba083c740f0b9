package dev.postern.it;

import dev.postern.api.routing.Pooling;
import dev.postern.plugins.audit.AuditFactory;
import dev.postern.proxy.audit.AuditFiles;
import dev.postern.proxy.audit.AuditKeys;
import dev.postern.proxy.audit.AuditReport;
import dev.postern.proxy.audit.AuditVerifier;
import dev.postern.testkit.RunningPostern;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A gateway with an audit log, before the JVM's server, and what is in the log. */
final class AuditedGateway implements AutoCloseable {
  static final String ROLE = "audited_role";

  /** How clients share connections. */
  enum Mode {
    SESSION,
    TRANSACTION;

    private Pooling pooling() {
      return this == SESSION ? Pooling.SESSION : Pooling.TRANSACTION.with(pool -> pool.size(2));
    }
  }

  private final Path directory;
  private final RunningPostern postern;

  private AuditedGateway(Path directory, RunningPostern postern) {
    this.directory = directory;
    this.postern = postern;
  }

  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  /**
   * Starts it; literals are kept, so that tests know their statements.
   *
   * @param home of the log
   * @param more keys of the plugin's configuration
   */
  static AuditedGateway start(Path home, Mode mode, Map<String, ?> more) {
    Map<String, Object> config = new HashMap<>(more);
    Path directory = home.resolve("log");
    config.put("directory", directory.toString());
    config.putIfAbsent("keep-literals", true);
    RunningPostern postern =
        RunningPostern.builder()
            .backend(Gateways.server(), mode.pooling())
            .interceptor("audit", new AuditFactory(), config)
            .start();
    postern.importUser(Gateways.server(), ROLE);
    return new AuditedGateway(directory, postern);
  }

  RunningPostern postern() {
    return postern;
  }

  Path directory() {
    return directory;
  }

  @Override
  public void close() {
    postern.close();
  }

  List<JsonObject> records() {
    return records(directory);
  }

  /** Those of one kind. */
  List<JsonObject> records(String kind) {
    return records().stream().filter(record -> record.getString("kind").equals(kind)).toList();
  }

  static List<JsonObject> records(Path directory) {
    List<JsonObject> records = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readString(file).split("\n", -1)) {
          if (line.endsWith("\"}")) {
            records.add(parse(line));
          }
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return records;
  }

  /**
   * What became of each statement, in the order in which they were asked for: outcome, SQLSTATE,
   * command tag and text. What pgjdbc sends by itself at the beginning is left out.
   */
  List<String> statements() {
    Map<String, String> results = new HashMap<>();
    for (JsonObject record : records()) {
      if (record.getString("kind").equals("result")) {
        results.merge(
            key(record),
            Stream.of("outcome", "sqlState", "tag")
                .filter(record::containsKey)
                .map(record::getString)
                .reduce((a, b) -> a + " " + b)
                .orElseThrow(),
            (a, b) -> a + ", " + b);
      }
    }
    return records("statement").stream()
        .filter(record -> !record.getString("sql").startsWith("SET "))
        .map(record -> results.get(key(record)) + ": " + record.getString("sql"))
        .toList();
  }

  private static String key(JsonObject record) {
    return record.getString("session") + ' ' + record.getInt("n");
  }

  AuditReport verify() throws IOException {
    return verify(directory);
  }

  static AuditReport verify(Path directory) throws IOException {
    return new AuditVerifier(AuditFiles.in(directory), AuditKeys.read(List.of()), null).verify();
  }

  private static JsonObject parse(String line) {
    try (JsonReader reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }
}
