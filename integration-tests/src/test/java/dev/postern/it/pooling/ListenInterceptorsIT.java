package dev.postern.it.pooling;

import static dev.postern.testkit.WireMessage.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Interceptors of clients that share the connection which listens for them: each sees what its own
 * client gets, when that gets it, and may change it.
 */
final class ListenInterceptorsIT {
  private static final String ROLE = "listen_interceptors_role";
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

  @Test
  void seeWhatTheirClientSaysAndGets() {
    Queue<Object> seen = new ConcurrentLinkedQueue<>();
    MessageInterceptor observer =
        (session, interests) ->
            interests
                .observeFrontend(Query.class, query -> seen.add(query.sql()))
                .observeBackend(CommandComplete.class, complete -> seen.add(complete.tag()))
                .observeBackend(NotificationResponse.class, seen::add)
                .observeBackend(ReadyForQuery.class, ready -> seen.add("ready"));
    try (RunningPostern postern = with(observer);
        WireClient client = WireClient.connect(postern.address())) {
      int processId = client.login(ROLE, Pools.PASSWORD, "postgres").processId();
      client.query("LISTEN news");
      client.query("NOTIFY news, 'my own'");
      assertThat(seen)
          .containsExactly(
              "LISTEN news",
              "LISTEN",
              "ready",
              "NOTIFY news, 'my own'",
              "NOTIFY",
              new NotificationResponse(processId, "news", "my own"),
              "ready");
    }
  }

  @Test
  void seeANotificationForEachClientThatGetsIt() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    MessageInterceptor observer =
        (session, interests) ->
            interests.observeBackend(
                NotificationResponse.class, each -> seen.add(session.sessionId() + each.payload()));
    try (RunningPostern postern = with(observer);
        WireClient one = client(postern);
        WireClient two = client(postern);
        WireClient other = client(postern)) {
      one.query("LISTEN news");
      two.query("LISTEN news");
      other.query("LISTEN others");
      two.query("BEGIN");
      server.execute("NOTIFY news, 'now or later'");
      assertThat(heard(one)).isEqualTo("now or later");
      assertThat(seen).hasSize(1);
      two.query("COMMIT");
      assertThat(seen).hasSize(2).doesNotHaveDuplicates();
    }
  }

  @Test
  void rewriteNotificationsAndDropThem() {
    MessageInterceptor censor =
        intercepting(
            each ->
                switch (each.payload()) {
                  case "secret" -> Verdict.drop();
                  case "twice" -> Verdict.replace(List.of(each, each));
                  case "open" -> Verdict.forward();
                  default ->
                      Verdict.replace(
                          new NotificationResponse(each.processId(), each.channel(), "masked"));
                });
    try (RunningPostern postern = with(censor);
        WireClient client = client(postern)) {
      client.query("LISTEN news");
      server.execute(
          "NOTIFY news, 'secret'",
          "NOTIFY news, 'open'",
          "NOTIFY news, 'x'",
          "NOTIFY news, 'twice'");
      assertThat(heard(client)).isEqualTo("open");
      assertThat(heard(client)).isEqualTo("masked");
      assertThat(heard(client)).isEqualTo("twice");
      assertThat(heard(client)).isEqualTo("twice");
      assertThat(types(client.query("NOTIFY news, 'secret'"))).isEqualTo("CZ");
      assertThat(types(client.query("NOTIFY news, 'y'"))).isEqualTo("CAZ");
    }
  }

  @Test
  void makeTheirClientWaitForAVerdictAndNobodyElse() {
    CompletableFuture<Verdict<BackendMessage>> verdict = new CompletableFuture<>();
    MessageInterceptor thinker =
        intercepting(
            each -> each.payload().equals("think") ? Verdict.later(verdict) : Verdict.forward());
    try (RunningPostern postern = with(thinker);
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.query("LISTEN news");
      other.query("LISTEN others");
      server.execute("NOTIFY news, 'think'", "NOTIFY news, 'second'");
      client.send(FrontendPackets.query("NOTIFY news, 'third'"));
      server.execute("NOTIFY others, 'unhurt'");
      assertThat(heard(other)).isEqualTo("unhurt");
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
      verdict.complete(Verdict.forward());
      assertThat(client.receiveUntil('Z'))
          .filteredOn(message -> message.type() == 'A')
          .extracting(message -> message.strings(4).get(1))
          .containsExactly("think", "second", "third");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void aClientWhoseVerdictTakesTooLongForAllThatComesIsCutOff() {
    MessageInterceptor thinker = intercepting(each -> Verdict.later(new CompletableFuture<>()));
    try (RunningPostern postern = with(thinker);
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.query("LISTEN flood");
      server.execute("SELECT pg_notify('flood', n::text) FROM generate_series(1, 10100) n");
      client.expectFatal("54000");
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void endTheirOwnSessionOnlyByWhatTheyThrowOrDecide() {
    for (boolean own : List.of(true, false)) {
      MessageInterceptor broken =
          intercepting(
              each -> {
                if (each.payload().equals("throw")) {
                  throw new IllegalStateException("broken");
                }
                return each.payload().equals("end")
                    ? Verdict.terminate(new SqlState("57P01"), "no more of this")
                    : Verdict.forward();
              });
      try (RunningPostern postern = with(broken)) {
        for (String payload : List.of("throw", "end")) {
          WireClient client = client(postern);
          WireClient other = client(postern);
          client.query("LISTEN news");
          if (own) {
            client.send(FrontendPackets.query("NOTIFY news, '" + payload + "'"));
          } else {
            server.execute("NOTIFY news, '" + payload + "'");
          }
          assertThat(Pools.errorsUntilTheEnd(client))
              .singleElement()
              .satisfies(
                  error ->
                      assertThat(error.sqlState())
                          .isEqualTo(payload.equals("end") ? "57P01" : "XX000"));
          assertThat(types(other.query("LISTEN news; NOTIFY news, 'fine'"))).isEqualTo("CCAZ");
          assertThat(postern.server().registry().sessions()).hasSize(1);
          other.close();
          await().until(() -> postern.server().registry().sessions().isEmpty());
        }
      }
    }
  }

  @Test
  void seeThatNotificationsMayHaveBeenMissed() {
    Queue<NoticeResponse> seen = new ConcurrentLinkedQueue<>();
    MessageInterceptor observer =
        (session, interests) -> interests.observeBackend(NoticeResponse.class, seen::add);
    try (RunningPostern postern = with(observer);
        WireClient client = client(postern)) {
      client.query("LISTEN news");
      server.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
              + ROLE
              + "' AND application_name LIKE '%listening%'");
      client.expect('N');
      assertThat(seen).hasSize(1);
    }
  }

  private static MessageInterceptor intercepting(
      Function<NotificationResponse, Verdict<BackendMessage>> decision) {
    return (session, interests) -> interests.interceptBackend(NotificationResponse.class, decision);
  }

  private static RunningPostern with(MessageInterceptor interceptor) {
    RunningPostern postern =
        RunningPostern.builder()
            .backend(server, Pools.transactions(2))
            .interceptor("tested", interceptor)
            .start();
    postern.importUser(server, ROLE);
    return postern;
  }

  private static WireClient client(RunningPostern postern) {
    WireClient client = Way.through(postern, ROLE).wire();
    client.patience(Duration.ofSeconds(20));
    return client;
  }

  private static String heard(WireClient client) {
    return client.expect('A').strings(4).get(1);
  }
}
