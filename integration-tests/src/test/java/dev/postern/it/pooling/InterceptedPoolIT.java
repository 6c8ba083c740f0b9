package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.session.SessionInfo;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Interceptors that rewrite, reject, end the session and throw, where clients share one connection:
 * whatever becomes of one client, the next one finds nothing of it.
 */
final class InterceptedPoolIT {
  private static final String ROLE = "intercepted_pool_role";

  @BeforeAll
  static void createRole() {
    server().createRole(ROLE, Pools.PASSWORD);
    server()
        .execute(
            "DROP TABLE IF EXISTS intercepted_rows",
            "CREATE TABLE intercepted_rows (text text)",
            "GRANT ALL ON intercepted_rows TO " + ROLE);
  }

  /** Does what the statement, or the first column of a row, says. */
  private static final class Obedient implements MessageInterceptor {
    @Override
    public void open(SessionInfo session, Interests interests) {
      interests
          .interceptFrontend(Query.class, query -> decide(query.sql()))
          .interceptFrontend(Parse.class, parse -> decide(parse.sql()))
          .interceptBackend(DataRow.class, row -> decide(text(row)));
    }

    private static String text(DataRow row) {
      Bytes first = row.column(0);
      return first == null ? "" : first.toUtf8();
    }

    private static <M> Verdict<M> decide(String text) {
      return switch (text) {
        case "SELECT 'reject'", "row-reject 500" ->
            Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "not here");
        case "SELECT 'terminate'", "row-terminate 500" ->
            Verdict.terminate(SqlState.ADMIN_SHUTDOWN, "enough");
        case "SELECT 'throw'", "row-throw 500" -> throw new IllegalStateException("broken");
        default -> Verdict.forward();
      };
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SELECT 'reject', 42501, false",
    "SELECT 'terminate', 57P01, true",
    "SELECT 'throw', XX000, true",
    "SELECT 'row-reject ' || n FROM generate_series(1; 100000) n, 42501, true",
    "SELECT 'row-terminate ' || n FROM generate_series(1; 100000) n, 57P01, true",
    "SELECT 'row-throw ' || n FROM generate_series(1; 100000) n, XX000, true"
  })
  void leaveNothingOfATransactionToTheNextClient(String sql, String sqlState, boolean ends) {
    for (boolean simple : new boolean[] {true, false}) {
      try (RunningPostern postern = serving(new Obedient());
          WireClient next = client(postern)) {
        try (WireClient first = client(postern)) {
          first.query("BEGIN");
          first.query("INSERT INTO intercepted_rows VALUES ('mine')");
          first.query("SET LOCAL work_mem = '65MB'");
          String statement = sql.replace(';', ',');
          if (simple) {
            first.send(FrontendPackets.query(statement));
          } else {
            first.send(FrontendPackets.unnamed(statement), FrontendPackets.sync());
          }
          expectError(first, sqlState, ends);
        }
        assertThat(next.queryOne("SELECT count(*)::text FROM intercepted_rows")).isEqualTo("0");
        assertThat(next.queryOne("SHOW work_mem")).isNotEqualTo("65MB");
        assertThat(next.queryOne("SELECT coalesce(pg_current_xact_id_if_assigned()::text, 'none')"))
            .isEqualTo("none");
        List<WireMessage> answer = next.query("SELECT 'served'");
        assertThat(WireMessage.types(answer)).isEqualTo("TDCZ");
        assertThat(answer.getLast().body().toUtf8()).isEqualTo("I");
        Pools.expectServed(next, 3);
        Pools.expectProcesses(server(), ROLE, 1);
      }
    }
  }

  /** Statements are kept for all clients of a connection, by their text. */
  @Test
  void whatIsRewrittenForOneIsNotTheStatementOfAnother() {
    MessageInterceptor forOne =
        (session, interests) -> {
          if ("one".equals(session.startup().applicationName())) {
            interests
                .interceptFrontend(
                    Parse.class,
                    parse ->
                        Verdict.replace(
                            new Parse(
                                parse.statement(),
                                parse.sql().replace("theirs", "rewritten"),
                                parse.parameterTypes())))
                .interceptFrontend(
                    Query.class,
                    query -> Verdict.replace(new Query(query.sql().replace("theirs", "rewritten"))))
                .interceptBackend(
                    DataRow.class,
                    row -> Verdict.replace(new DataRow(List.of(Bytes.utf8("changed")))));
          }
        };
    try (RunningPostern postern = serving(forOne);
        WireClient one = client(postern, "one");
        WireClient other = client(postern, "other")) {
      for (int i = 0; i < 3; i++) {
        for (String name : List.of("", "named")) {
          prepare(one, i == 0 ? name : null);
          prepare(other, i == 0 ? name : null);
          assertThat(execute(one, name)).isEqualTo("changed");
          assertThat(execute(other, name)).isEqualTo("theirs");
        }
        assertThat(one.queryOne("SELECT 'theirs'")).isEqualTo("changed");
        assertThat(other.queryOne("SELECT 'theirs'")).isEqualTo("theirs");
      }
      assertThat(
              server()
                  .query(
                      "SELECT count(*)::text FROM pg_stat_activity WHERE usename = '" + ROLE + "'"))
          .containsExactly("1");
    }
  }

  private static void prepare(WireClient client, @Nullable String name) {
    if (name != null) {
      client.send(FrontendPackets.parse(name, "SELECT 'theirs'"), FrontendPackets.sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("1Z");
    }
  }

  private static String execute(WireClient client, String name) {
    if (name.isEmpty()) { // it is another client's after a Sync, and is asked for once more
      client.send(FrontendPackets.parse("", "SELECT 'theirs'"));
    }
    client.send(
        FrontendPackets.bind("", name), FrontendPackets.execute("", 0), FrontendPackets.sync());
    return Pools.value(client.receiveUntil('Z'));
  }

  private static void expectError(WireClient client, String sqlState, boolean ends) {
    if (ends) {
      WireMessage last = Pools.errorsUntilTheEnd(client).getLast();
      assertThat(last.severity()).isEqualTo("FATAL");
      assertThat(last.sqlState()).isEqualTo(sqlState);
    } else {
      List<WireMessage> answer = client.receiveUntil('Z');
      assertThat(answer.stream().filter(message -> message.type() == 'E'))
          .singleElement()
          .extracting(WireMessage::sqlState)
          .isEqualTo(sqlState);
    }
  }

  private static RunningPostern serving(MessageInterceptor interceptor) {
    RunningPostern postern =
        RunningPostern.builder()
            .backend(server(), Pools.transactions(1))
            .interceptor("under-test", interceptor)
            .start();
    postern.importUser(server(), ROLE);
    return postern;
  }

  private static WireClient client(RunningPostern postern) {
    return client(postern, "any");
  }

  private static WireClient client(RunningPostern postern, String application) {
    WireClient client = WireClient.connect(postern.address());
    client.send(
        FrontendPackets.startup(
            "user", ROLE, "database", "postgres", "application_name", application));
    client.authenticate(ROLE, Pools.PASSWORD);
    client.receiveUntil('Z');
    return client;
  }

  private static PostgresServer server() {
    return PostgresServer.shared();
  }
}
