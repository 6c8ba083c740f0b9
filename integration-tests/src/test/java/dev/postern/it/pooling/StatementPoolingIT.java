package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statement pooling: no client has a connection for longer than its statement takes. */
final class StatementPoolingIT {
  private static final String ROLE = "statement_role";
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN",
        "begin isolation level serializable",
        "START TRANSACTION",
        "/* so */ BEGIN; SELECT 1; COMMIT"
      })
  void refusesABlockAndServesOn(String begin) {
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.send(FrontendPackets.query(begin));
      WireMessage error = client.receiveUntil('E').getLast();
      assertThat(error.sqlState()).isEqualTo("0A000");
      assertThat(error.severity()).isEqualTo("ERROR");
      assertThat(error.fields().get('M'))
          .isEqualTo(
              "transaction blocks are not allowed in statement pooling (pool \"test/postgres\")");
      client.receiveUntil('Z');
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void refusesABlockInAPreparedStatement() {
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.send(
          FrontendPackets.parse("b", "BEGIN"),
          FrontendPackets.bind("", "b"),
          FrontendPackets.execute("", 0),
          FrontendPackets.sync());
      assertThat(client.receiveUntil('E').getLast().sqlState()).isEqualTo("0A000");
      client.receiveUntil('Z');
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  /** The text is too long to be looked at. */
  @Test
  void endsASessionThatIsInABlockNevertheless() {
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.send(FrontendPackets.query("/* " + "x".repeat(1 << 20) + " */ BEGIN"));
      assertThat(client.expectFatal("0A000").text()).contains("statement pooling");
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void runsSeveralStatementsOfOneQueryInOneTransaction() {
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      List<WireMessage> answer =
          client.query("CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 7 AS a; SELECT a FROM t");
      assertThat(WireMessage.types(answer)).isEqualTo("CTDCZ");
      assertThat(other.queryOne("SELECT to_regclass('t') IS NULL")).isEqualTo("t");
    }
  }

  private static RunningPostern pool() {
    return Pools.before(
        server, Pooling.TRANSACTION.with(pool -> pool.mode(Pooling.Mode.STATEMENT).size(1)), ROLE);
  }

  private static WireClient client(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }
}
