package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.startup;
import static dev.postern.testkit.FrontendPackets.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Pooling.SessionState;
import dev.postern.it.Sessions;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What docs/transaction-pooling.md says of what differs, line by line: a line whose test fails is
 * to go.
 */
final class KnownDifferencesIT {
  private static final String ROLE = "differences_role";
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute(
        "CREATE SEQUENCE differences_sequence",
        "GRANT ALL ON SEQUENCE differences_sequence TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theProcessMayBeAnotherInEachTransaction() {
    try (RunningPostern postern = pool(2);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      String first = client.queryOne("SELECT pg_backend_pid()");
      other.query("BEGIN"); // takes the connection
      assertThat(client.queryOne("SELECT pg_backend_pid()")).isNotEqualTo(first);
    }
  }

  @Test
  void aNotificationNamesTheProcessOfAConnection() {
    try (RunningPostern postern = pool(2);
        WireClient listener = Way.direct(server, ROLE).wire();
        WireClient sender = WireClient.connect(postern.address())) {
      int told = sender.login(ROLE, Pools.PASSWORD, "postgres").processId();
      listener.query("LISTEN differences");
      sender.query("NOTIFY differences");
      int named = listener.expect('A').int32(0);
      assertThat(Pools.processes(server, ROLE)).contains(String.valueOf(named));
      assertThat(named).isNotEqualTo(told);
    }
  }

  @Test
  void aFailedTransactionPreparesNothing() {
    try (RunningPostern postern = pool(2);
        WireClient direct = Way.direct(server, ROLE).wire();
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      List<WireClient> both = List.of(direct, client);
      both.forEach(each -> each.send(parse("s", "SET LOCAL TimeZone = 'UTC'"), sync()));
      both.forEach(each -> each.receiveUntil('Z'));
      other.query("BEGIN"); // takes the connection
      both.forEach(each -> each.query("BEGIN; SELECT 1/0"));
      both.forEach(each -> each.send(describeStatement("s"), sync()));
      assertThat(WireMessage.types(direct.receiveUntil('Z'))).isEqualTo("tnZ");
      assertThat(client.receiveUntil('Z').getFirst().sqlState()).isEqualTo("25P02");
    }
  }

  @Test
  void lastvalIsOfWhoeverUsedTheConnectionLast() {
    try (RunningPostern postern = pool(1);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      String mine = client.queryOne("SELECT nextval('differences_sequence')");
      String others = other.queryOne("SELECT nextval('differences_sequence')");
      assertThat(client.queryOne("SELECT lastval()")).isEqualTo(others).isNotEqualTo(mine);
      assertThat(client.queryOne("SELECT currval('differences_sequence')")).isEqualTo(others);
    }
  }

  @Test
  void anErrorOfPosternHasNoPlaceInTheServersSourceAndNamesNeitherServerNorRole() {
    try (RunningPostern postern = pool(pool -> pool.size(1).sessionState(SessionState.REFUSE));
        WireClient client = wire(postern)) {
      client.send(query("SET work_mem = '1MB'"));
      assertThat(client.expectError().fields())
          .containsEntry('C', "0A000")
          .containsEntry(
              'M',
              "SET of a setting that servers do not report is not allowed in transaction pooling"
                  + " (pool \"test/postgres\")")
          .doesNotContainKeys('F', 'L', 'R');
      client.receiveUntil('Z');
    }
  }

  @Test
  void aFirstPrepareMayFindATableAsItWasAndSucceedsTheNextTime() {
    server.execute("CREATE TABLE differences (a int)", "GRANT ALL ON differences TO " + ROLE);
    try (RunningPostern postern = pool(1);
        WireClient early = wire(postern);
        WireClient late = wire(postern)) {
      early.send(prepare("s"));
      assertThat(errors(early.receiveUntil('Z'))).isEmpty();
      server.execute("ALTER TABLE differences ADD COLUMN b int");
      late.send(prepare("s"));
      assertThat(errors(late.receiveUntil('Z'))).containsExactly("0A000");
      late.send(prepare("again"));
      assertThat(errors(late.receiveUntil('Z'))).isEmpty();
    }
  }

  private static byte[][] prepare(String name) {
    return new byte[][] {
      parse(name, "SELECT * FROM differences"),
      describeStatement(name),
      bind("", name),
      execute("", 0),
      sync()
    };
  }

  @Test
  void aSettingOfOnesOwnIsEmptyOrNullAfterResetAll() {
    try (RunningPostern postern = pool(2);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      client.query("SET my.own = 'x'");
      client.query("RESET ALL");
      assertThat(own(client)).isEqualTo("empty");
      other.query("BEGIN"); // takes the connection
      assertThat(own(client)).isEqualTo("null");
    }
  }

  private static String own(WireClient client) {
    return client.queryOne(
        "SELECT CASE current_setting('my.own', true) WHEN '' THEN 'empty' ELSE 'null' END");
  }

  @Test
  void aSeedIsNotOfThisClientInALaterTransaction() {
    String direct;
    try (WireClient client = Way.direct(server, ROLE).wire()) {
      client.query("SELECT setseed(0.5)");
      direct = client.queryOne("SELECT random()");
    }
    try (RunningPostern postern = pool(1);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      client.query("SELECT setseed(0.5)");
      assertThat(other.queryOne("SELECT random()")).isEqualTo(direct);
      assertThat(client.queryOne("SELECT random()")).isNotEqualTo(direct);
    }
  }

  @Test
  void literalsOfAStatementMayMeanWhatTheyMeanNow() {
    String moment = "SELECT '2020-01-01 00:00'::timestamptz AT TIME ZONE 'UTC'";
    try (RunningPostern postern = pool(2);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      client.query("SET TimeZone = 'UTC'");
      client.send(parse("s", moment), sync());
      client.receiveUntil('Z');
      client.query("SET TimeZone = 'America/New_York'");
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("2020-01-01 00:00:00");
      other.query("BEGIN"); // takes the connection
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("2020-01-01 05:00:00");
    }
  }

  @Test
  void aResetIsSeenFromTheNextTransactionOn() {
    try (RunningPostern postern = pool(1);
        WireClient client = WireClient.connect(postern.address())) {
      client.send(startup("user", ROLE, "database", "postgres", "application_name", "start"));
      client.authenticate(ROLE, Pools.PASSWORD);
      client.greeting();
      client.query("SET application_name = 'between'");
      client.query("BEGIN; RESET application_name");
      assertThat(client.queryOne("SHOW application_name")).isEmpty();
      client.query("COMMIT");
      assertThat(client.queryOne("SHOW application_name")).isEqualTo("start");
    }
  }

  @Test
  void statementsOfTheProtocolHaveOtherNamesInSql() {
    try (RunningPostern postern = pool(1);
        WireClient client = wire(postern)) {
      client.send(parse("mine", "SELECT 1"), sync());
      client.receiveUntil('Z');
      assertThat(client.queryOne("SELECT name FROM pg_prepared_statements")).isNotEqualTo("mine");
      client.send(query("EXECUTE mine"));
      assertThat(client.expectError().sqlState()).isEqualTo("26000");
      client.receiveUntil('Z');
    }
  }

  @Test
  void statementsThatClientsShareAreNotForSql() {
    try (RunningPostern postern = pool(1);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      other.send(parse("secret", "SELECT 'of the other'"), sync());
      other.receiveUntil('Z');
      String name = client.queryOne("SELECT name FROM pg_prepared_statements");
      for (String sql :
          List.of(
              "EXECUTE \"" + name + "\"",
              "CREATE TABLE stolen AS EXECUTE " + name,
              "EXPLAIN ANALYZE EXECUTE " + name,
              "DEALLOCATE " + name,
              "PREPARE " + name + " AS SELECT 1",
              "EXECUTE U&\"" + name.replace("_", "\\005f") + "\"")) {
        client.send(query(sql));
        assertThat(client.expectError().sqlState()).as(sql).isEqualTo("26000");
        client.receiveUntil('Z');
        client.send(parse("", sql), sync());
        assertThat(client.expectError().sqlState()).as(sql).isEqualTo("26000");
        client.receiveUntil('Z');
      }
      other.send(bind("", "secret"), execute("", 0), sync());
      assertThat(other.receiveUntil('Z')).anyMatch(message -> message.type() == 'D');
    }
  }

  @Test
  void terminatingTheProcessOfAnEarlierTransactionEndsWhoeverHasItNow() {
    try (RunningPostern postern = pool(2);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      String process = client.queryOne("SELECT pg_backend_pid()");
      other.query("BEGIN"); // takes the connection
      assertThat(client.queryOne("SELECT pg_terminate_backend(" + process + ")")).isEqualTo("t");
      assertThat(Pools.errorsUntilTheEnd(other))
          .singleElement()
          .satisfies(error -> assertThat(error.sqlState()).isEqualTo("57P01"));
      assertThat(client.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
    }
  }

  @Test
  void aThreadThatHoldsAllConnectionsWaitsForItself() {
    try (RunningPostern postern = pool(pool -> pool.size(1).waitTimeout(Duration.ofSeconds(1)));
        WireClient first = wire(postern);
        WireClient second = wire(postern)) {
      first.query("BEGIN");
      second.send(query("SELECT 1"));
      second.expectFatal("53300");
    }
  }

  @Test
  void aStatementUnderWayIsCancelledWhenItsClientIsReset() {
    server.execute("CREATE TABLE left_undone (a int)", "GRANT ALL ON left_undone TO " + ROLE);
    try (RunningPostern postern = pool(1)) {
      sleep(
              Way.direct(server, ROLE).wire(),
              "SELECT pg_sleep(1); INSERT INTO left_undone VALUES (1)")
          .reset();
      await().until(() -> server.query("SELECT a FROM left_undone").equals(List.of("1")));
      sleep(wire(postern), "SELECT pg_sleep(300); INSERT INTO left_undone VALUES (2)").reset();
      Pools.awaitProcesses(server, ROLE, 0);
      assertThat(server.query("SELECT a FROM left_undone")).containsExactly("1");
    }
  }

  @Test
  void aStatementThatOutlivesItsClientForTooLongIsCancelled() {
    server.execute("CREATE TABLE outlived (a int)", "GRANT ALL ON outlived TO " + ROLE);
    try (RunningPostern postern =
        RunningPostern.builder()
            .backend(server, Pools.transactions(1))
            .setting("timeouts.departed", "500ms")
            .start()) {
      postern.importUser(server, ROLE);
      sleep(Way.direct(server, ROLE).wire(), "SELECT pg_sleep(1); INSERT INTO outlived VALUES (1)")
          .close();
      await().until(() -> server.query("SELECT a FROM outlived").equals(List.of("1")));
      sleep(wire(postern), "SELECT pg_sleep(300); INSERT INTO outlived VALUES (2)").close();
      Pools.awaitProcesses(server, ROLE, 0);
      assertThat(server.query("SELECT a FROM outlived")).containsExactly("1");
    }
  }

  private static WireClient sleep(WireClient client, String sql) {
    client.send(query(sql));
    Sessions.awaitWaitEvent(server, ROLE, "PgSleep");
    return client;
  }

  @Test
  void whatAFunctionDoesWithoutTheStatementSayingSoIsLeftToTheNextClient() {
    server.execute(
        "CREATE FUNCTION leaves() RETURNS text LANGUAGE sql"
            + " AS $$SELECT set_config('my.own', 'left', false)$$");
    try (RunningPostern postern = pool(1);
        WireClient client = wire(postern);
        WireClient other = wire(postern)) {
      client.query("SELECT leaves()");
      assertThat(other.queryOne("SELECT current_setting('my.own', true)")).isEqualTo("left");
    }
  }

  private static List<String> errors(List<WireMessage> answer) {
    return answer.stream()
        .filter(message -> message.type() == 'E')
        .map(WireMessage::sqlState)
        .toList();
  }

  private static WireClient wire(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }

  private static RunningPostern pool(int size) {
    return pool(pool -> pool.size(size));
  }

  private static RunningPostern pool(Consumer<Pooling.Settings> settings) {
    return Pools.before(server, Pooling.TRANSACTION.with(settings), ROLE);
  }
}
