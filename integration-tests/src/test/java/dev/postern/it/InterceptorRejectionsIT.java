package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What interceptors reject is answered in its turn, and the session goes on as after an error. */
final class InterceptorRejectionsIT {
  @BeforeAll
  static void createRole() {
    Intercepted.createRole();
  }

  @Test
  void rejectASimpleQueryAndTheSessionGoesOn() {
    try (RunningPostern postern = Intercepted.by(noDrop());
        WireClient client = Intercepted.client(postern)) {
      List<WireMessage> answer = client.query("DROP TABLE x");
      assertThat(WireMessage.types(answer)).isEqualTo("EZ");
      assertThat(answer.getFirst().severity()).isEqualTo("ERROR");
      assertThat(answer.getFirst().sqlState()).isEqualTo("42501");
      assertThat(answer.getFirst().text()).isEqualTo("not here");
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rejectABurstOfQueriesEachInItsTurn() {
    int burst = 5000;
    byte[][] packets = new byte[burst][];
    Arrays.fill(packets, FrontendPackets.query("DROP TABLE x"));
    try (RunningPostern postern = Intercepted.by(noDrop());
        WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT pg_sleep(0.5)"));
      client.send(packets);
      client.receiveUntil('Z');
      for (int i = 0; i < burst; i++) {
        assertThat(client.expectError().text()).isEqualTo("not here");
        client.expect('Z');
      }
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rejectAStatementAndTheTransactionHasFailed() {
    try (RunningPostern postern = Intercepted.by(noDrop());
        WireClient client = Intercepted.client(postern)) {
      client.query("BEGIN");
      assertThat(status(client.query("DROP TABLE x"))).isEqualTo('E');
      assertThat(client.query("SELECT 1").getFirst().sqlState()).isEqualTo("25P02");
      assertThat(status(client.query("ROLLBACK"))).isEqualTo('I');
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rejectAParseAndEverythingUpToSyncIsSkipped() {
    try (RunningPostern postern = Intercepted.by(noDrop());
        WireClient client = Intercepted.client(postern)) {
      client.send(
          FrontendPackets.parse("", "DROP TABLE x"),
          FrontendPackets.bind("", ""),
          FrontendPackets.describePortal(""),
          FrontendPackets.execute("", 0),
          FrontendPackets.sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
      client.send(FrontendPackets.unnamed("SELECT 7"), FrontendPackets.sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
    }
  }

  @Test
  void rejectInTheMiddleOfAPipelineInItsTurn() {
    try (RunningPostern postern = Intercepted.by(noDrop());
        WireClient client = Intercepted.client(postern)) {
      client.send(
          FrontendPackets.query("SELECT 1 FROM pg_sleep(0.2)"),
          FrontendPackets.query("DROP TABLE x"),
          FrontendPackets.query("SELECT 2"),
          FrontendPackets.unnamed("SELECT 3"),
          FrontendPackets.sync(),
          FrontendPackets.unnamed("DROP TABLE y"),
          FrontendPackets.sync(),
          FrontendPackets.query("SELECT 4"));
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("4");
    }
  }

  @Test
  void rejectAfterAnErrorOfTheServerWithinTheSameBatch() {
    try (RunningPostern postern = Intercepted.by(noDrop());
        WireClient client = Intercepted.client(postern)) {
      client.send(
          FrontendPackets.unnamed("SELECT 1/0"),
          FrontendPackets.parse("", "DROP TABLE x"),
          FrontendPackets.sync(),
          FrontendPackets.query("SELECT 5"));
      List<WireMessage> batch = client.receiveUntil('Z');
      assertThat(WireMessage.types(batch)).isEqualTo("1EZ");
      assertThat(batch.get(1).sqlState()).isEqualTo("22012");
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("5");
    }
  }

  private static MessageInterceptor noDrop() {
    return (session, interests) ->
        interests
            .interceptFrontend(Query.class, query -> judge(query.sql()))
            .interceptFrontend(Parse.class, parse -> judge(parse.sql()));
  }

  private static Verdict<FrontendMessage> judge(String sql) {
    return sql.startsWith("DROP")
        ? Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "not here")
        : Verdict.forward();
  }

  private static char status(List<WireMessage> answer) {
    return (char) answer.getLast().body().at(0);
  }
}
