package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.session.CloseReason;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What interceptors may do, seen from a client and a real server. */
final class InterceptorsIT {
  private static final String ROLE = "interceptors_role";

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void observeWhatPassesInBothDirections() {
    Queue<Object> seen = new ConcurrentLinkedQueue<>();
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    interests
                        .observeFrontend(Query.class, query -> seen.add(query.sql()))
                        .observeBackend(CommandComplete.class, seen::add)
                        .observeBackend(ReadyForQuery.class, seen::add)
                        .onClose(seen::add));
        WireClient client = loggedIn(postern)) {
      client.query("SELECT 1");
      client.send(FrontendPackets.terminate());
      client.expectEnd();
      await().atMost(Duration.ofSeconds(10)).until(() -> seen.size() == 4);
      assertThat(seen).first().isEqualTo("SELECT 1");
      assertThat(seen).last().isEqualTo(CloseReason.CLIENT_TERMINATED);
    }
  }

  @Test
  void seeWhoseSessionItIs() {
    Queue<String> users = new ConcurrentLinkedQueue<>();
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    users.add(session.user().name() + "@" + session.startup().database()));
        WireClient client = loggedIn(postern)) {
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
      assertThat(users).containsExactly(ROLE + "@postgres");
    }
  }

  @Test
  void replaceAQuery() {
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class,
                        query -> Verdict.replace(new Query(query.sql().replace("cat", "dog")))));
        WireClient client = loggedIn(postern)) {
      assertThat(client.queryOne("SELECT 'cat'")).isEqualTo("dog");
    }
  }

  @Test
  void replaceWhatTheServerAnswers() {
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    interests.interceptBackend(
                        DataRow.class,
                        row -> Verdict.replace(new DataRow(List.of(Bytes.utf8("masked"))))));
        WireClient client = loggedIn(postern)) {
      assertThat(client.queryOne("SELECT 'secret'")).isEqualTo("masked");
    }
  }

  @Test
  void dropWhatTheServerAnswers() {
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    interests.interceptBackend(DataRow.class, row -> Verdict.drop()));
        WireClient client = loggedIn(postern)) {
      assertThat(WireMessage.types(client.query("SELECT generate_series(1, 1000)")))
          .isEqualTo("TCZ");
    }
  }

  @Test
  void rejectASimpleQueryAndTheSessionGoesOn() {
    try (RunningPostern postern = with(noDrop());
        WireClient client = loggedIn(postern)) {
      List<WireMessage> answer = client.query("DROP TABLE x");
      assertThat(WireMessage.types(answer)).isEqualTo("EZ");
      assertThat(answer.getFirst().severity()).isEqualTo("ERROR");
      assertThat(answer.getFirst().sqlState()).isEqualTo("42501");
      assertThat(answer.getFirst().text()).isEqualTo("not here");
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rejectAStatementAndTheTransactionHasFailed() {
    try (RunningPostern postern = with(noDrop());
        WireClient client = loggedIn(postern)) {
      client.query("BEGIN");
      assertThat(status(client.query("DROP TABLE x"))).isEqualTo('E');
      assertThat(client.query("SELECT 1").getFirst().sqlState()).isEqualTo("25P02");
      assertThat(status(client.query("ROLLBACK"))).isEqualTo('I');
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rejectAParseAndEverythingUpToSyncIsSkipped() {
    try (RunningPostern postern = with(noDrop());
        WireClient client = loggedIn(postern)) {
      client.send(
          FrontendPackets.parse("", "DROP TABLE x"),
          FrontendPackets.bind("", ""),
          FrontendPackets.describePortal(""),
          FrontendPackets.execute("", 0),
          FrontendPackets.sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
      client.send(
          FrontendPackets.parse("", "SELECT 7"),
          FrontendPackets.bind("", ""),
          FrontendPackets.execute("", 0),
          FrontendPackets.sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
    }
  }

  @Test
  void rejectInTheMiddleOfAPipelineInItsTurn() {
    try (RunningPostern postern = with(noDrop());
        WireClient client = loggedIn(postern)) {
      client.send(
          FrontendPackets.query("SELECT 1 FROM pg_sleep(0.2)"),
          FrontendPackets.query("DROP TABLE x"),
          FrontendPackets.query("SELECT 2"),
          FrontendPackets.parse("", "SELECT 3"),
          FrontendPackets.bind("", ""),
          FrontendPackets.execute("", 0),
          FrontendPackets.sync(),
          FrontendPackets.parse("", "DROP TABLE y"),
          FrontendPackets.bind("", ""),
          FrontendPackets.execute("", 0),
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
    try (RunningPostern postern = with(noDrop());
        WireClient client = loggedIn(postern)) {
      client.send(
          FrontendPackets.parse("", "SELECT 1/0"),
          FrontendPackets.bind("", ""),
          FrontendPackets.execute("", 0),
          FrontendPackets.parse("", "DROP TABLE x"),
          FrontendPackets.sync(),
          FrontendPackets.query("SELECT 5"));
      List<WireMessage> batch = client.receiveUntil('Z');
      assertThat(WireMessage.types(batch)).isEqualTo("1EZ");
      assertThat(batch.get(1).sqlState()).isEqualTo("22012");
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("5");
    }
  }

  @Test
  void areNotShownAMessageThatIsTooLargeForThem() {
    try (RunningPostern postern =
        builder((session, interests) -> interests.observeFrontend(Query.class, query -> {}))
            .setting("limits.intercepted-message", "64KiB")
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (WireClient client = loggedIn(postern)) {
        assertThat(client.query("SELECT 1 -- " + "x".repeat(60_000))).hasSize(4);
        client.send(FrontendPackets.query("SELECT 1 -- " + "x".repeat(70_000)));
        assertThat(client.expectFatal("54000").text()).contains("limits.intercepted-message");
      }
    }
  }

  @Test
  void decideOnNoMessageThatIsTooLargeForThem() throws Exception {
    try (RunningPostern postern =
        builder(
                (session, interests) ->
                    interests
                        .interceptFrontend(Parse.class, parse -> Verdict.forward())
                        .onUndecoded(message -> {}))
            .setting("limits.intercepted-message", "64KiB")
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (Connection connection = Gateways.connect(postern, ROLE);
          Statement statement = connection.createStatement()) {
        String sql = "SELECT 1 -- " + "x".repeat(70_000);
        assertThatThrownBy(() -> statement.execute(sql))
            .hasMessageContaining("limits.intercepted-message");
        assertThat(connection.isValid(5)).isFalse();
      }
    }
  }

  @Test
  void letRowsPassThatNobodyLooksAtHoweverLarge() {
    try (RunningPostern postern =
        builder((session, interests) -> interests.observeFrontend(Query.class, query -> {}))
            .setting("limits.intercepted-message", "64KiB")
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (WireClient client = loggedIn(postern)) {
        assertThat(client.queryOne("SELECT repeat('x', 1000000)")).hasSize(1_000_000);
      }
    }
  }

  @Test
  void terminateTheSession() {
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class,
                        query -> Verdict.terminate(SqlState.ADMIN_SHUTDOWN, "enough")));
        WireClient client = loggedIn(postern)) {
      client.send(FrontendPackets.query("SELECT 1"));
      assertThat(client.expectFatal("57P01").text()).isEqualTo("enough");
    }
  }

  @Test
  void decideLaterAndTheOrderIsKept() {
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class,
                        query ->
                            Verdict.later(
                                CompletableFuture.supplyAsync(
                                    Verdict::forward,
                                    CompletableFuture.delayedExecutor(
                                        50, java.util.concurrent.TimeUnit.MILLISECONDS)))));
        WireClient client = loggedIn(postern)) {
      client.send(
          FrontendPackets.query("SELECT 1"),
          FrontendPackets.query("SELECT 2"),
          FrontendPackets.sync());
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("1");
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("2");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("Z");
    }
  }

  @Test
  void endTheSessionWhenTheyDecideTooLate() {
    try (RunningPostern postern =
        builder(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class, query -> Verdict.later(new CompletableFuture<>())))
            .setting("timeouts.interceptor", "200ms")
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (WireClient client = loggedIn(postern)) {
        client.send(FrontendPackets.query("SELECT 1"));
        client.expectFatal("XX000");
      }
    }
  }

  @Test
  void endTheirOwnSessionOnlyWhenTheyThrow() {
    try (RunningPostern postern =
            with(
                (session, interests) ->
                    interests.observeFrontend(
                        Query.class,
                        query -> {
                          if (query.sql().contains("trouble")) {
                            throw new IllegalStateException("a secret detail");
                          }
                        }));
        WireClient other = loggedIn(postern);
        WireClient client = loggedIn(postern)) {
      client.send(FrontendPackets.query("SELECT 'trouble'"));
      assertThat(client.expectFatal("XX000").text()).doesNotContain("a secret detail");
      assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
    }
    assertThat(Logs.containing("an interceptor failed", "a secret detail"))
        .singleElement()
        .asString()
        .startsWith("ERROR")
        .contains("sessionId=", "plugin=\"under-test\"", "at dev.postern.it.InterceptorsIT");
  }

  @Test
  void refuseASessionWhenOpenThrows() {
    try (RunningPostern postern =
        with(
            (session, interests) -> {
              throw new IllegalStateException("a secret detail");
            })) {
      try (WireClient client = WireClient.connect(postern.address())) {
        client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        WireMessage error = Logins.refusal(client, ROLE);
        assertThat(error.sqlState()).isEqualTo("XX000");
        assertThat(error.text()).doesNotContain("a secret detail");
      }
    }
  }

  @Test
  void seeFrontendMessagesInOrderAndBackendMessagesInTheOpposite() {
    Queue<String> order = new ConcurrentLinkedQueue<>();
    MessageInterceptor first = tracing("first", order);
    MessageInterceptor second = tracing("second", order);
    try (RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor("first", first)
            .interceptor("second", second)
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (WireClient client = loggedIn(postern)) {
        client.query("SELECT 1");
      }
      assertThat(order)
          .containsExactly("first query", "second query", "second complete", "first complete");
    }
  }

  @Test
  void leaveEveryByteAsItIsWhenTheyOnlyWatch() {
    try (RunningPostern watching =
            with(
                (session, interests) ->
                    interests
                        .observeFrontend(FrontendMessage.class, message -> {})
                        .observeBackend(BackendMessage.class, message -> {}));
        WireClient watched = loggedIn(watching);
        WireClient direct = WireClient.connect(Gateways.server().address())) {
      direct.login(ROLE, Gateways.PASSWORD, "postgres");
      for (String sql : Conversations.QUERIES) {
        assertThat(watched.query(sql)).as(sql).isEqualTo(direct.query(sql));
      }
    }
  }

  private static MessageInterceptor tracing(String name, Queue<String> order) {
    return (session, interests) ->
        interests
            .observeFrontend(Query.class, query -> order.add(name + " query"))
            .observeBackend(CommandComplete.class, complete -> order.add(name + " complete"));
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

  private static dev.postern.testkit.PosternBuilder builder(MessageInterceptor interceptor) {
    return Gateways.before(Gateways.server()).interceptor("under-test", interceptor);
  }

  private static RunningPostern with(MessageInterceptor interceptor) {
    RunningPostern postern = builder(interceptor).start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static WireClient loggedIn(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }
}
