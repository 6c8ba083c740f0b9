package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.terminate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Session pooling: what no statement takes away from a server's session is not there for the next
 * client, which gets another connection.
 */
final class LastingTracesIT {
  private static final String ROLE = "lasting_role";
  private static final String ORIGIN =
      "SELECT pg_catalog.pg_replication_origin_session_setup('odd')";

  private static final String LOOK =
      """
      SELECT concat_ws(' ', pg_replication_origin_session_is_setup(),
        (SELECT count(*) FROM pg_replication_slots WHERE active_pid = pg_backend_pid()),
        (SELECT count(*) FROM pg_settings WHERE name = 'plpgsql.variable_conflict'),
        dblink_get_connections())""";

  private static final String LINK =
      "SELECT dblink_connect('odd', 'host=127.0.0.1 user=postgres dbname=postgres port='"
          + " || current_setting('port'))";

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().setting("wal_level", "logical").start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute(
        "ALTER ROLE lasting_role SUPERUSER",
        "SELECT pg_replication_origin_create('odd')",
        "CREATE EXTENSION dblink");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ORIGIN,
        "SELECT 1; " + ORIGIN,
        "select PG_Replication_Origin_Session_Setup('odd')",
        "SELECT pg_create_physical_replication_slot('odd', false, true)",
        "SELECT pg_create_physical_replication_slot('one', true, true);"
            + " SELECT pg_copy_physical_replication_slot('one', 'odd', true)",
        LINK,
        "LOAD 'plpgsql'",
        "/* load */ Load 'plpgsql'; SELECT 1"
      })
  void areNotLeftToTheNextClient(String sql) {
    leaveNothing(query(sql));
  }

  @ParameterizedTest
  @ValueSource(strings = {ORIGIN, LINK, "LOAD 'plpgsql'"})
  void areNotLeftToTheNextClientByPreparedStatements(String sql) {
    leaveNothing(parse("s", sql), bind("", "s"), execute("", 0), sync());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 100_000, 200_040})
  void areNotLeftToTheNextClientByTextsInPieces(int cut) {
    byte[] packet = query("SELECT '" + "x".repeat(200_000) + "_'; " + ORIGIN);
    leaveNothing(Arrays.copyOf(packet, cut), Arrays.copyOfRange(packet, cut, packet.length));
  }

  private static void leaveNothing(byte[]... packets) {
    Pooling pooling = Pooling.TRANSACTION.with(pool -> pool.mode(Pooling.Mode.SESSION).size(1));
    try (RunningPostern postern = Pools.before(server, pooling, ROLE)) {
      Way way = Way.through(postern, ROLE);
      String untouched;
      String process;
      try (WireClient first = way.wire()) {
        untouched = first.queryOne(LOOK);
        process = first.queryOne("SELECT pg_backend_pid()");
        first.send(terminate());
      }
      try (WireClient next = way.wire()) {
        assertThat(next.queryOne("SELECT pg_backend_pid()")).isEqualTo(process);
        for (byte[] packet : packets) {
          next.send(packet);
        }
        assertThat(next.receiveUntil('Z')).noneMatch(message -> message.type() == 'E');
        assertThat(next.queryOne(LOOK)).isNotEqualTo(untouched);
        next.send(terminate());
      }
      try (WireClient last = way.wire()) {
        assertThat(last.queryOne(LOOK)).isEqualTo(untouched);
      }
    }
  }

  /** Whoever only looks at such things, or names them, leaves its connection to the next one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM pg_replication_slots",
        "SELECT 'pg_create_physical_replication_slot(1)'",
        "SELECT 1 AS load, count(*) FROM pg_stat_activity",
        "SELECT dblink_connect FROM (SELECT 1 AS dblink_connect) a"
      })
  void areNotSeenInEverything(String sql) {
    Pooling pooling = Pooling.TRANSACTION.with(pool -> pool.mode(Pooling.Mode.SESSION).size(1));
    try (RunningPostern postern = Pools.before(server, pooling, ROLE)) {
      Way way = Way.through(postern, ROLE);
      String process;
      try (WireClient first = way.wire()) {
        process = first.queryOne("SELECT pg_backend_pid()");
        first.query(sql);
        first.send(terminate());
      }
      try (WireClient next = way.wire()) {
        assertThat(next.queryOne("SELECT pg_backend_pid()")).isEqualTo(process);
      }
    }
  }
}
