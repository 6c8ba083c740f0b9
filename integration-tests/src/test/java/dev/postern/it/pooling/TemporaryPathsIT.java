package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.terminate;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Pooling.SessionState;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever says that {@code search_path} leads to {@code pg_temp}, and by what means: what is
 * created there is not seen by the next client of the same connection.
 */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("versions")
@SuppressWarnings("NullAway.Init") // before all
final class TemporaryPathsIT {
  private static final String ROLE = "path_role";
  private static final String LED = "led_role";
  private static final String ASIDE = "odd_schema";
  private static PostgresServer server;

  @Parameter int version;

  static List<Integer> versions() {
    return List.of(PostgresServer.versions().getFirst(), PostgresServer.versions().getLast());
  }

  @BeforeParameterizedClassInvocation
  static void createRoles(int version) {
    server = PostgresServer.builder(version).start();
    for (String role : List.of(ROLE, LED)) {
      server.createRole(role, Pools.PASSWORD);
      server.execute("ALTER ROLE %s SUPERUSER".formatted(role));
    }
    server.execute(
        "ALTER ROLE led_role SET search_path = pg_temp, public",
        "CREATE DATABASE led",
        "ALTER DATABASE led SET search_path = nowhere, \"pg_temp\"",
        "CREATE SCHEMA " + ASIDE);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE odd (a int)",
        "SELECT 1 AS a INTO odd",
        "BEGIN; CREATE TABLE odd (a int); COMMIT",
        "CREATE TEMP TABLE gone (a int) ON COMMIT DROP; CREATE TABLE odd (a int)"
      })
  void ofARoleLeaveNothing(String sql) {
    leaveNothing(LED, sql, "database", "postgres");
  }

  @Test
  void ofADatabaseLeaveNothing() {
    leaveNothing(ROLE, "CREATE TABLE odd (a int)", "database", "led");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-c search_path=PG_TEMP", "--search_path=pg_temp,public"})
  void ofStartupOptionsLeaveNothing(String options) {
    leaveNothing(ROLE, "CREATE TABLE odd (a int)", "database", "postgres", "options", options);
  }

  @Test
  void ofAStartupParameterLeaveNothing() {
    leaveNothing(
        ROLE, "CREATE TABLE odd (a int)", "database", "postgres", "search_path", "pg_temp");
  }

  private static void leaveNothing(String role, String sql, String... parameters) {
    for (boolean pipelined : new boolean[] {false, true}) {
      try (RunningPostern postern = Pools.before(server, Pools.transactions(1), role);
          WireClient first = client(postern, role, parameters);
          WireClient next = client(postern, role, parameters)) {
        List<String> untouched = look(next);
        if (pipelined && !sql.contains(";")) {
          first.send(unnamed(sql), sync());
          assertThat(first.receiveUntil('Z')).noneMatch(message -> message.type() == 'E');
        } else {
          assertThat(first.query(sql)).noneMatch(message -> message.type() == 'E');
        }
        next.send(FrontendPackets.query(Trace.LOOK));
        first.send(terminate());
        assertThat(row(next.receiveUntil('Z'))).isEqualTo(untouched);
      }
    }
  }

  @Test
  void thatLeadElsewhereKeepNoConnection() {
    try (RunningPostern postern = Pools.before(server, Pools.transactions(1), ROLE);
        WireClient first = client(postern, ROLE, "database", "postgres");
        WireClient next = client(postern, ROLE, "database", "postgres")) {
      for (String sql : List.of("CREATE TABLE plain (a int)", "DROP TABLE plain")) {
        assertThat(first.query(sql)).noneMatch(message -> message.type() == 'E');
        assertThat(next.queryOne("SELECT 'served'")).isEqualTo("served");
      }
      first.send(parse("s", "CREATE TABLE plain (a int)"), sync());
      first.receiveUntil('Z');
      assertThat(next.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void areRefusedOnceTheyAreKnown() {
    try (RunningPostern postern = refusing(LED);
        WireClient client = client(postern, LED, "database", "postgres")) {
      client.query("CREATE TABLE odd (a int)"); // servers before 18 are asked behind it
      await().until(() -> version >= 18 || isPinned(postern));
      client.query("DISCARD ALL");
      assertThat(client.query("CREATE TABLE odd (a int)").getFirst().sqlState()).isEqualTo("0A000");
    }
  }

  @Test
  void ofATransactionPinAndRefuseNothingByThemselves() {
    try (RunningPostern postern = refusing(ROLE);
        WireClient client = client(postern, ROLE, "database", "postgres");
        WireClient next = client(postern, ROLE, "database", "postgres")) {
      for (String set :
          List.of(
              "SET LOCAL search_path = pg_temp, public",
              "SELECT set_config('search_path', 'public, pg_temp', true)")) {
        client.query("BEGIN");
        assertThat(client.query(set)).noneMatch(message -> message.type() == 'E');
        assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
        client.query("COMMIT");
        next.send(FrontendPackets.query("SELECT 'served'"));
        assertThat(Pools.value(next.receiveUntil('Z'))).isEqualTo("served");
      }
      assertThat(postern.server().registry().sessions())
          .allSatisfy(session -> assertThat(session.relay().pins()).isEmpty());
    }
  }

  /** A function says nothing of what it sets; servers from 18 on do. */
  @Test
  void thatOutliveTheirTransactionPinWhereServersReportThem() {
    if (version < 18) {
      return;
    }
    server.execute(
        "CREATE OR REPLACE FUNCTION lead() RETURNS void LANGUAGE sql"
            + " AS $$SELECT set_config('search_path', 'pg_temp', false)$$");
    try (RunningPostern postern = Pools.before(server, Pools.transactions(1), ROLE);
        WireClient client = client(postern, ROLE, "database", "postgres")) {
      client.query("BEGIN");
      client.query("SET LOCAL search_path = pg_temp, public");
      client.query("SELECT lead()");
      client.query("COMMIT");
      await().until(() -> isPinned(postern));
    }
  }

  private static boolean isPinned(RunningPostern postern) {
    return postern.server().registry().sessions().stream()
        .anyMatch(session -> !session.relay().pins().isEmpty());
  }

  private static RunningPostern refusing(String role) {
    return Pools.before(
        server,
        Pooling.TRANSACTION.with(pool -> pool.size(1).sessionState(SessionState.REFUSE)),
        role);
  }

  private static WireClient client(RunningPostern postern, String role, String... parameters) {
    WireClient client = WireClient.connect(postern.address());
    String[] all = new String[parameters.length + 2];
    all[0] = "user";
    all[1] = role;
    System.arraycopy(parameters, 0, all, 2, parameters.length);
    client.send(FrontendPackets.startup(FrontendPackets.PROTOCOL_3_0, all));
    client.authenticate(role, Pools.PASSWORD);
    client.greeting();
    return client;
  }

  private static List<String> look(WireClient client) {
    return row(client.query(Trace.LOOK));
  }

  private static List<String> row(List<WireMessage> answer) {
    return answer.stream()
        .filter(message -> message.type() == 'D')
        .map(WireMessage::values)
        .findFirst()
        .orElseThrow(() -> new AssertionError(answer));
  }
}
