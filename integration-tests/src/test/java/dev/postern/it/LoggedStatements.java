package dev.postern.it;

import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.testkit.PosternBuilder;
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

/** What clients of a gateway with a query log do, and the lines that it writes, in brief. */
final class LoggedStatements {
  static final String ROLE = "query_log_role";

  @FunctionalInterface
  interface Work {
    void with(Connection connection) throws Exception;
  }

  @FunctionalInterface
  interface Session {
    void through(RunningPostern postern) throws Exception;
  }

  private LoggedStatements() {}

  /** What pgjdbc does, with some of its properties. */
  static List<String> log(Map<String, String> properties, Work work) throws Exception {
    return logOf(
        postern -> {
          try (Connection connection = Gateways.connect(postern, ROLE, properties)) {
            work.with(connection);
          }
        });
  }

  /** What other clients do. */
  static List<String> logOf(Session session) throws Exception {
    return logOf(Map.of(), session);
  }

  /** The lines, without those of what pgjdbc sends on its own at the beginning. */
  static List<String> logOf(Map<String, String> settings, Session session) throws Exception {
    Path file = Files.createTempFile("postern-queries", ".jsonl");
    PosternBuilder builder =
        Gateways.before(Gateways.server())
            .interceptor("audit", new QueryLogFactory(), Map.of("file", file.toString()));
    settings.forEach(builder::setting);
    try {
      try (RunningPostern postern = builder.start()) {
        postern.importUser(Gateways.server(), ROLE);
        session.through(postern);
      }
      return Files.readAllLines(file).stream()
          .map(LoggedStatements::parse)
          .filter(line -> !line.getString("sql").startsWith("SET "))
          .map(LoggedStatements::brief)
          .toList();
    } finally {
      Files.delete(file);
    }
  }

  private static JsonObject parse(String line) {
    try (JsonReader reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }

  private static String brief(JsonObject line) {
    StringBuilder brief = new StringBuilder(line.getString("outcome")).append(' ');
    if (line.containsKey("command")) {
      brief.append(line.getString("command")).append(' ');
    }
    if (line.containsKey("rows")) {
      brief.append(line.getInt("rows")).append(' ');
    }
    if (line.containsKey("sqlState")) {
      brief.append(line.getString("sqlState")).append(' ');
    }
    if (line.containsKey("part")) {
      brief.append("part ").append(line.getInt("part")).append(' ');
    }
    return brief.append(line.getString("sql")).toString();
  }
}
