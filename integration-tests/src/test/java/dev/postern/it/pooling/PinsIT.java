package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/transaction-pooling.md says of clients that keep their connection, line by line. */
final class PinsIT {
  private static final String ROLE = "pins_role";
  private static final String SETTING = "SET of a setting that servers do not report";
  private static final String ANYTHING = "a statement that may leave anything behind";
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("ALTER ROLE pins_role SUPERUSER");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest(name = "{0} until {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SET work_mem = '1MB' | " + SETTING + " | RESET ALL",
        "SET statement_timeout = 100000 | " + SETTING + " | DISCARD ALL",
        "SET my.own = 'x' | " + SETTING + " | RESET ALL",
        "SELECT set_config('my.own', 'x', false) | " + SETTING + " | RESET ALL",
        "UPDATE pg_settings SET setting = '1024' WHERE name = 'work_mem' | "
            + ANYTHING
            + " | DISCARD ALL",
        "DO $$BEGIN END$$ | " + ANYTHING + " | DISCARD ALL",
        "SET standard_conforming_strings = off"
            + " | SET of standard_conforming_strings or scram_iterations | RESET ALL",
        "SET ROLE pins_role | SET ROLE | RESET ROLE",
        "SET ROLE pins_role | SET ROLE | DISCARD ALL",
        "SET SESSION AUTHORIZATION pins_role | SET SESSION AUTHORIZATION"
            + " | RESET SESSION AUTHORIZATION",
        "SET SESSION AUTHORIZATION pins_role | SET SESSION AUTHORIZATION | DISCARD ALL",
        "PREPARE q AS SELECT 1 | PREPARE | DEALLOCATE ALL",
        "PREPARE q AS SELECT 1 | PREPARE | DISCARD ALL",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1 | a cursor WITH HOLD | CLOSE ALL",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1 | a cursor WITH HOLD | DISCARD ALL",
        "CREATE TEMP TABLE t (a int) | a temporary table | DISCARD TEMP",
        "CREATE TEMP TABLE t (a int) | a temporary table | DISCARD ALL",
        "SELECT pg_advisory_lock(1) | a session advisory lock | SELECT pg_advisory_unlock_all()",
        "SELECT pg_advisory_lock(1) | a session advisory lock | DISCARD ALL",
      })
  void areThereUntilTheClientCleansUp(String statement, String reason, String end) {
    try (RunningPostern postern = pool(pool -> pool.size(1));
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.query(statement);
      awaitPins(postern, reason);
      client.query("BEGIN");
      client.query(end.startsWith("DISCARD") ? "SELECT 1" : end);
      client.query("ROLLBACK");
      awaitPins(postern, reason);
      client.query(end);
      awaitPins(postern);
    }
  }

  @Test
  void ofListenAreThereUntilUnlisten() {
    // Whatever LISTEN costs: behind these nobody keeps a connection.
    for (String end : List.of("UNLISTEN *", "DISCARD ALL")) {
      try (RunningPostern postern = pool(pool -> pool.size(1));
          WireClient client = Way.through(postern, ROLE).wire()) {
        client.query("LISTEN pins");
        client.query(end);
        awaitPins(postern);
      }
    }
  }

  @Test
  void ofLoadAreThereUntilTheEnd() {
    try (RunningPostern postern = pool(pool -> pool.size(1));
        WireClient other = Way.through(postern, ROLE).wire()) {
      try (WireClient client = Way.through(postern, ROLE).wire()) {
        client.query("LOAD 'plpgsql'");
        awaitPins(postern, "LOAD");
        client.query("DISCARD ALL");
        awaitPins(postern, "LOAD");
        client.send(FrontendPackets.terminate());
      }
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void ofReplicationAndBackupsAreThereUntilTheEnd() {
    try (RunningPostern postern = pool(pool -> pool.size(1));
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.query("SELECT pg_create_physical_replication_slot('pins', false, true)");
      client.query("DISCARD ALL");
      awaitPins(
          postern, "a replication origin, a replication slot, a backup or a connection of dblink");
    }
  }

  @Test
  void ofAPathThatLeadsToTemporaryTablesAreThereUntilDiscardAll() {
    try (RunningPostern postern = pool(pool -> pool.size(1));
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.query("SET search_path = pg_temp");
      client.query("CREATE TABLE t (a int)");
      client.query("RESET ALL");
      client.query("DISCARD TEMP");
      awaitPins(postern, "a search_path that may lead to pg_temp");
      client.query("DISCARD ALL");
      awaitPins(postern);
    }
  }

  @Test
  void ofWhatCannotBeKnownAreThereUntilDiscardAll() {
    String text = "/* " + "x".repeat(1024 * 1024) + " */ SELECT 1";
    for (String sql : List.of("SELECT set_config('my' || '.own', 'x', false)", text)) {
      try (RunningPostern postern = pool(pool -> pool.size(1));
          WireClient client = Way.through(postern, ROLE).wire()) {
        client.query(sql);
        awaitPins(postern, ANYTHING);
        client.query("DISCARD ALL");
        awaitPins(postern);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RESET work_mem",
        "RESET search_path",
        "SET work_mem TO DEFAULT",
        "SET statement_timeout = DEFAULT",
        "SET TimeZone = 'Asia/Tokyo'",
        "SET LOCAL work_mem = '1MB'",
        "CREATE TEMP TABLE t (a int) ON COMMIT DROP",
        "SET LOCAL search_path = app, public",
        "SELECT set_config('my.own', f::text, true) FROM generate_series(1, 1) f",
        "SELECT pg_advisory_xact_lock(1)",
        "DECLARE c CURSOR FOR SELECT 1"
      })
  void areNotThereWhereNothingIsLeft(String statement) {
    try (RunningPostern postern = pool(pool -> pool.size(1));
        WireClient client = Way.through(postern, ROLE).wire();
        WireClient other = Way.through(postern, ROLE).wire()) {
      client.query("BEGIN");
      client.query(statement);
      client.query("COMMIT");
      assertThat(pins(postern)).isEmpty();
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void areToldToTheClientBeforeItIsReadyAgain() {
    try (RunningPostern postern = pool(pool -> pool.size(1).noticeOnPin(true));
        WireClient client = Way.through(postern, ROLE).wire()) {
      assertThat(WireMessage.types(client.query("SET ROLE pins_role"))).endsWith("CNZ");
      assertThat(WireMessage.types(client.query("SET ROLE pins_role"))).doesNotContain("N");
      List<WireMessage> told = notices(client.query("LOAD 'plpgsql'; SET work_mem = '1MB'"));
      assertThat(told)
          .extracting(notice -> notice.fields().get('M'))
          .containsExactly(
              SETTING
                  + " keeps the server connection of this session until RESET ALL or"
                  + " DISCARD ALL",
              "LOAD keeps the server connection of this session until it ends");
      assertThat(told)
          .allSatisfy(
              notice ->
                  assertThat(notice.fields())
                      .containsEntry('S', "NOTICE")
                      .containsEntry('V', "NOTICE")
                      .containsEntry('C', "00000"));
      client.query("RESET ROLE");
      assertThat(notices(client.query("SET ROLE pins_role"))).hasSize(1);
    }
  }

  @Test
  void areToldInTheirTurnInAPipeline() {
    try (RunningPostern postern = pool(pool -> pool.size(1).noticeOnPin(true));
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(
          FrontendPackets.query("SELECT 1"),
          FrontendPackets.unnamed("SELECT 1"),
          FrontendPackets.sync(),
          FrontendPackets.unnamed("SET work_mem = '1MB'"),
          FrontendPackets.sync(),
          FrontendPackets.query("SET ROLE pins_role"),
          FrontendPackets.query("SELECT 1"));
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12CNZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).endsWith("CNZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
    }
  }

  @Test
  void areNotToldUnlessItIsAskedFor() {
    try (RunningPostern postern = pool(pool -> pool.size(1));
        WireClient client = Way.through(postern, ROLE).wire()) {
      assertThat(notices(client.query("SET ROLE pins_role"))).isEmpty();
    }
  }

  private static List<WireMessage> notices(List<WireMessage> answer) {
    return answer.stream().filter(message -> message.type() == 'N').toList();
  }

  private static void awaitPins(RunningPostern postern, String... pins) {
    await().untilAsserted(() -> assertThat(pins(postern)).containsExactly(pins));
  }

  private static List<String> pins(RunningPostern postern) {
    return postern.server().registry().sessions().stream()
        .flatMap(session -> session.relay().pins().stream())
        .toList();
  }

  private static RunningPostern pool(Consumer<Pooling.Settings> settings) {
    return Pools.before(server, Pooling.TRANSACTION.with(settings), ROLE);
  }
}
