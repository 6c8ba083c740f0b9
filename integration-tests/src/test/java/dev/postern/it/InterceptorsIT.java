package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.session.CloseReason;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What interceptors may do, seen from a client and a real server. */
final class InterceptorsIT {
  @BeforeAll
  static void createRole() {
    Intercepted.createRole();
  }

  @Test
  void observeWhatPassesInBothDirections() {
    Queue<Object> seen = new ConcurrentLinkedQueue<>();
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests
                        .observeFrontend(Query.class, query -> seen.add(query.sql()))
                        .observeBackend(CommandComplete.class, seen::add)
                        .observeBackend(ReadyForQuery.class, seen::add)
                        .onClose(seen::add));
        WireClient client = Intercepted.client(postern)) {
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
            Intercepted.by(
                (session, interests) ->
                    users.add(session.user().name() + "@" + session.startup().database()));
        WireClient client = Intercepted.client(postern)) {
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
      assertThat(users).containsExactly(Intercepted.ROLE + "@postgres");
    }
  }

  @Test
  void replaceAQuery() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class,
                        query -> Verdict.replace(new Query(query.sql().replace("cat", "dog")))));
        WireClient client = Intercepted.client(postern)) {
      assertThat(client.queryOne("SELECT 'cat'")).isEqualTo("dog");
    }
  }

  @Test
  void replaceWhatTheServerAnswers() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.interceptBackend(
                        DataRow.class,
                        row -> Verdict.replace(new DataRow(List.of(Bytes.utf8("masked"))))));
        WireClient client = Intercepted.client(postern)) {
      assertThat(client.queryOne("SELECT 'secret'")).isEqualTo("masked");
    }
  }

  @Test
  void dropWhatTheServerAnswers() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.interceptBackend(DataRow.class, row -> Verdict.drop()));
        WireClient client = Intercepted.client(postern)) {
      assertThat(WireMessage.types(client.query("SELECT generate_series(1, 1000)")))
          .isEqualTo("TCZ");
    }
  }

  @Test
  void terminateTheSession() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class,
                        query -> Verdict.terminate(SqlState.ADMIN_SHUTDOWN, "enough")));
        WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT 1"));
      assertThat(client.expectFatal("57P01").text()).isEqualTo("enough");
    }
  }

  @Test
  void decideLaterAndTheOrderIsKept() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class,
                        query ->
                            Verdict.later(
                                CompletableFuture.supplyAsync(
                                    Verdict::forward,
                                    CompletableFuture.delayedExecutor(
                                        50, java.util.concurrent.TimeUnit.MILLISECONDS)))));
        WireClient client = Intercepted.client(postern)) {
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
  void seeFrontendMessagesInOrderAndBackendMessagesInTheOpposite() {
    Queue<String> order = new ConcurrentLinkedQueue<>();
    MessageInterceptor first = tracing("first", order);
    MessageInterceptor second = tracing("second", order);
    try (RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor("first", first)
            .interceptor("second", second)
            .start()) {
      postern.importUser(Gateways.server(), Intercepted.ROLE);
      try (WireClient client = Intercepted.client(postern)) {
        client.query("SELECT 1");
      }
      assertThat(order)
          .containsExactly("first query", "second query", "second complete", "first complete");
    }
  }

  @Test
  void leaveEveryByteAsItIsWhenTheyOnlyWatch() {
    try (RunningPostern watching =
            Intercepted.by(
                (session, interests) ->
                    interests
                        .observeFrontend(FrontendMessage.class, message -> {})
                        .observeBackend(BackendMessage.class, message -> {}));
        WireClient watched = Intercepted.client(watching);
        WireClient direct = WireClient.connect(Gateways.server().address())) {
      direct.login(Intercepted.ROLE, Gateways.PASSWORD, "postgres");
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
}
