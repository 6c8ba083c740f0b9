package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** pg_dump and pg_restore, with a server that is not newer than they are. */
final class PgDumpIT {
  private static final String ROLE = "dump_role";

  @ParameterizedTest
  @ValueSource(strings = {"custom", "directory"})
  void movesADatabase(String format, @TempDir Path directory) {
    PostgresServer server = ServersFor.program("pg_dump");
    try (RunningPostern postern = Gateways.before(server).start()) {
      Gateways.createRole(server, postern, ROLE);
      String from = "dump_from_" + format;
      String to = "dump_to_" + format;
      server.execute("DROP DATABASE IF EXISTS " + from, "DROP DATABASE IF EXISTS " + to);
      server.createDatabase(from, ROLE);
      server.createDatabase(to, ROLE);
      Psql.through(postern, ROLE)
          .environment("PGDATABASE", from)
          .with(
              "-c",
                  "CREATE TABLE t AS SELECT i AS id, md5(i::text) AS hash FROM generate_series(1, 20000) i",
              "-c", "ALTER TABLE t ADD PRIMARY KEY (id)",
              "-c", "SELECT lo_from_bytea(4711, 'a large object')",
              "-c", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 42'")
          .run()
          .expectSuccess();

      String dump = directory.resolve("dump").toString();
      Psql.program("pg_dump", postern, ROLE)
          .with("-F", format, "-b", "-f", dump, from)
          .run()
          .expectSuccess();
      Psql.program("pg_restore", postern, ROLE)
          .with("--exit-on-error", "--no-owner", "--no-comments", "-j", "2", "-d", to, dump)
          .run()
          .expectSuccess();

      assertThat(
              Psql.through(postern, ROLE)
                  .environment("PGDATABASE", to)
                  .with(
                      "-c",
                      "SELECT count(*), min(hash), f(), convert_from(lo_get(4711), 'UTF8') FROM t")
                  .run()
                  .trimmedOutput())
          .startsWith("20000|")
          .endsWith("|42|a large object");
    }
  }
}
