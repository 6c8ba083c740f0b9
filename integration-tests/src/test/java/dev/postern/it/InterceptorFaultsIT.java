package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Interceptors that fail or take too long, and messages that are too large for them. */
final class InterceptorFaultsIT {
  @BeforeAll
  static void createRole() {
    Intercepted.createRole();
  }

  @Test
  void areNotShownAMessageThatIsTooLargeForThem() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) -> interests.observeFrontend(Query.class, query -> {}),
                "limits.intercepted-message",
                "64KiB");
        WireClient client = Intercepted.client(postern)) {
      assertThat(client.query("SELECT 1 -- " + "x".repeat(60_000))).hasSize(4);
      client.send(FrontendPackets.query("SELECT 1 -- " + "x".repeat(70_000)));
      assertThat(client.expectFatal("54000").text()).contains("limits.intercepted-message");
    }
  }

  @Test
  void decideOnNoMessageThatIsTooLargeForThem() throws Exception {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests
                        .interceptFrontend(Parse.class, parse -> Verdict.forward())
                        .onUndecoded(message -> {}),
                "limits.intercepted-message",
                "64KiB");
        Connection connection = Gateways.connect(postern, Intercepted.ROLE);
        Statement statement = connection.createStatement()) {
      String sql = "SELECT 1 -- " + "x".repeat(70_000);
      assertThatThrownBy(() -> statement.execute(sql))
          .hasMessageContaining("limits.intercepted-message");
      assertThat(connection.isValid(5)).isFalse();
    }
  }

  @Test
  void letRowsPassThatNobodyLooksAtHoweverLarge() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) -> interests.observeFrontend(Query.class, query -> {}),
                "limits.intercepted-message",
                "64KiB");
        WireClient client = Intercepted.client(postern)) {
      assertThat(client.queryOne("SELECT repeat('x', 1000000)")).hasSize(1_000_000);
    }
  }

  @Test
  void endTheSessionWhenTheyDecideTooLate() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class, query -> Verdict.later(new CompletableFuture<>())),
                "timeouts.interceptor",
                "200ms");
        WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT 1"));
      client.expectFatal("XX000");
    }
  }

  @Test
  void endTheirOwnSessionOnlyWhenTheyThrow() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.observeFrontend(
                        Query.class,
                        query -> {
                          if (query.sql().contains("trouble")) {
                            throw new IllegalStateException("a secret detail");
                          }
                        }));
        WireClient other = Intercepted.client(postern);
        WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT 'trouble'"));
      assertThat(client.expectFatal("XX000").text()).doesNotContain("a secret detail");
      assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
    }
    assertThat(Logs.containing("an interceptor failed", "a secret detail"))
        .singleElement()
        .asString()
        .startsWith("ERROR")
        .contains("sessionId=", "plugin=\"under-test\"", "at dev.postern.it.InterceptorFaultsIT");
  }

  @Test
  void refuseASessionWhenOpenThrows() {
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) -> {
                  throw new IllegalStateException("a secret detail");
                });
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", Intercepted.ROLE, "database", "postgres"));
      WireMessage error = Logins.refusal(client, Intercepted.ROLE);
      assertThat(error.sqlState()).isEqualTo("XX000");
      assertThat(error.text()).doesNotContain("a secret detail");
    }
  }
}
