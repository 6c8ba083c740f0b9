package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same conversation with Postern in between and without gives the same answers. */
final class DifferentialIT {
  private static final String ROLE = "differential_role";

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @Test
  void givesTheSameMessagesToARawClient() {
    PostgresServer server = Gateways.server();
    try (WireClient through = WireClient.connect(Gateways.plain().address());
        WireClient direct = WireClient.connect(server.address())) {
      through.login(ROLE, Gateways.PASSWORD, "postgres");
      direct.login(ROLE, Gateways.PASSWORD, "postgres");
      for (String sql : Conversations.QUERIES) {
        assertThat(through.query(sql)).as(sql).isEqualTo(direct.query(sql));
      }
    }
  }

  @Test
  void givesTheSameOutputToPsql(@TempDir Path directory) throws IOException {
    Path script = directory.resolve("conversation.sql");
    Files.writeString(
        script,
        String.join(";\n", Conversations.QUERIES)
            + """
            ;
            CREATE TEMP TABLE lines (line text);
            \\copy lines FROM STDIN
            one
            two
            \\.
            \\copy lines TO STDOUT
            \\d lines
            \\timing off
            SELECT 1 AS a \\gset
            SELECT :a;
            \\gdesc
            SELECT line, count(*) FROM lines GROUP BY 1 ORDER BY 1 \\crosstabview
            SELECT current_user;
            """);
    String[] arguments = {"-X", "-a", "-f", script.toString()};
    var direct = Psql.direct("psql", Gateways.server(), ROLE).with(arguments).run();
    var through = Psql.program("psql", Gateways.plain(), ROLE).with(arguments).run();
    var encrypted = Psql.program("psql", Gateways.encrypted(), ROLE).with(arguments).run();
    assertThat(direct.output()).contains("differential_role");
    assertThat(comparable(through)).isEqualTo(comparable(direct));
    assertThat(comparable(encrypted)).isEqualTo(comparable(direct));
  }

  /** Line by line, without the number of the session's temporary schema and the room for it. */
  private static List<String> comparable(ProgramRun run) {
    return (run.output() + run.errors())
        .replaceAll(" *Table \"pg_temp_\\d+", "Table \"pg_temp")
        .lines()
        .toList();
  }
}
