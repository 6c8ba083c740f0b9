package dev.postern.it.pooling;

import static dev.postern.testkit.WireMessage.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.AnsweredStatement;
import dev.postern.api.intercept.AnsweredStatement.Column;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.ValueType;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interceptors that answer in the server's place, in every kind of pooling. */
final class AnswersIT {
  private static final String ROLE = "answers_role";
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute(
        "CREATE TABLE answers_copied (a int)",
        "CREATE TABLE answers_sealed (a int)",
        """
        CREATE FUNCTION answers_refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'sealed'; END $$""",
        """
        CREATE TRIGGER refuse BEFORE INSERT ON answers_sealed
          FOR EACH STATEMENT EXECUTE FUNCTION answers_refuse()""",
        "GRANT ALL ON answers_copied, answers_sealed TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void areWhatADriverReads(Pooling.Mode mode) throws SQLException {
    try (RunningPostern postern = with(tenants(), mode);
        Connection connection = Way.through(postern, ROLE).jdbc(Map.of("prepareThreshold", "1"))) {
      for (int i = 0; i < 3; i++) {
        try (PreparedStatement show = connection.prepareStatement("SHOW TENANTS");
            ResultSet tenants = show.executeQuery()) {
          assertThat(tenants.next()).isTrue();
          assertThat(tenants.getString("name")).isEqualTo("tenant 0");
          assertThat(tenants.getInt("rank")).isEqualTo(0);
        }
        try (Statement statement = connection.createStatement()) {
          assertThat(statement.executeUpdate("FORGET TENANTS")).isEqualTo(7);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DEDICATED", "SESSION", "TRANSACTION"})
  void areReadBitByBitInATransaction(Pooling.Mode mode) throws SQLException {
    try (RunningPostern postern = with(tenants(), mode);
        Connection connection =
            Way.through(postern, ROLE).jdbc(Map.of("defaultRowFetchSize", "3"))) {
      connection.setAutoCommit(false);
      List<Integer> ranks = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet tenants = statement.executeQuery("SHOW TENANTS")) {
        while (tenants.next()) {
          ranks.add(tenants.getInt("rank"));
        }
      }
      connection.commit();
      assertThat(ranks).isEqualTo(IntStream.range(0, 10).boxed().toList());
    }
  }

  @ParameterizedTest
  @EnumSource
  void standInTheirTurn(Pooling.Mode mode) {
    try (RunningPostern postern = with(tenants(), mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(
          FrontendPackets.query("SELECT 1 FROM pg_sleep(0.2)"),
          FrontendPackets.query("FORGET TENANTS"),
          FrontendPackets.query(""),
          FrontendPackets.unnamed("SELECT 2"),
          FrontendPackets.unnamed("FORGET TENANTS"),
          FrontendPackets.closePortal("nobody"),
          FrontendPackets.unnamed(""),
          FrontendPackets.sync(),
          FrontendPackets.unnamed("SELECT 1/0"),
          FrontendPackets.unnamed("FORGET TENANTS"),
          FrontendPackets.query("FORGET TENANTS"),
          FrontendPackets.sync(),
          FrontendPackets.query("SELECT 4"));
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      List<WireMessage> forgotten = client.receiveUntil('Z');
      assertThat(types(forgotten)).isEqualTo("NCZ");
      assertThat(forgotten.get(1).strings(0)).containsExactly("UPDATE 7");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("IZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("12DC12C312IZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("1EZ");
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("4");
    }
  }

  /** A server that refuses a COPY before it has read the Sync behind it answers that. */
  @ParameterizedTest
  @EnumSource
  void standInTheirTurnBehindACopyThatHasFailed(Pooling.Mode mode) {
    try (RunningPostern postern = with(tenants(), mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(
          FrontendPackets.unnamed("COPY answers_sealed FROM STDIN"),
          FrontendPackets.sync(),
          FrontendPackets.copyDone(),
          FrontendPackets.sync(),
          FrontendPackets.query("FORGET TENANTS"),
          FrontendPackets.query(""));
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("12GEZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("Z");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("NCZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("IZ");
    }
  }

  /** A server that has begun to read the rows of a COPY does not answer a Sync before their end. */
  @ParameterizedTest
  @EnumSource
  void standInTheirTurnBehindASyncThatIsSwallowed(Pooling.Mode mode) {
    try (RunningPostern postern = with(tenants(), mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(FrontendPackets.query("COPY answers_copied FROM STDIN"), FrontendPackets.sync());
      assertThat(types(client.receiveUntil('G'))).isEqualTo("G");
      client.send(
          FrontendPackets.copyData("1\n".getBytes(StandardCharsets.UTF_8)),
          FrontendPackets.copyDone(),
          FrontendPackets.query("FORGET TENANTS"),
          FrontendPackets.query(""),
          FrontendPackets.unnamed("FORGET TENANTS"),
          FrontendPackets.sync());
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("CZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("NCZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("IZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("12CZ");
    }
  }

  /** Statements that the server is asked as well, by another way. */
  @Test
  void areTheSameAsTheServersInRandomConversations() {
    AtomicInteger answered = new AtomicInteger();
    for (Pooling.Mode mode :
        List.of(Pooling.Mode.DEDICATED, Pooling.Mode.SESSION, Pooling.Mode.TRANSACTION)) {
      try (RunningPostern postern = with(AnswerScript.answering(answered), mode)) {
        long seed = AnswerScript.SEED;
        for (int i = 0; i < 30; i++) {
          AnswerScript.compare(Way.direct(server, ROLE), Way.through(postern, ROLE), seed++);
        }
      }
    }
    assertThat(answered.get()).isGreaterThan(250);
  }

  @Test
  void comeLaterToo() {
    MessageInterceptor slow =
        (session, interests) ->
            interests.interceptFrontend(
                Query.class,
                query ->
                    query.sql().startsWith("FORGET")
                        ? Verdict.later(
                            CompletableFuture.supplyAsync(
                                () -> Verdict.answer(List.of(new CommandComplete("FORGOTTEN")))))
                        : Verdict.forward());
    try (RunningPostern postern = with(slow, Pooling.Mode.TRANSACTION);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(FrontendPackets.query("FORGET"), FrontendPackets.query("SELECT 2"));
      assertThat(client.receiveUntil('Z').getFirst().strings(0)).containsExactly("FORGOTTEN");
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("2");
    }
  }

  @Test
  void takeAFunctionCallsPlace() {
    MessageInterceptor functions =
        (session, interests) ->
            interests.interceptFrontend(
                FunctionCall.class,
                call -> Verdict.answer(List.of(new FunctionCallResponse(Bytes.utf8("called")))));
    try (RunningPostern postern = with(functions, Pooling.Mode.TRANSACTION);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(FrontendPackets.functionCall(1));
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("VZ");
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  /** The interceptor's fault is its session's end, and nobody else's. */
  @Test
  void thatNoServerWouldGiveEndTheSession() {
    MessageInterceptor wrong =
        (session, interests) ->
            interests
                .interceptFrontend(
                    Query.class,
                    query ->
                        switch (query.sql()) {
                          case "parsed" -> Verdict.answer(List.of(new ParseComplete()));
                          case "nothing" -> Verdict.answer(List.of());
                          default -> Verdict.forward();
                        })
                .interceptFrontend(
                    Sync.class, sync -> Verdict.answer(List.of(new CommandComplete("SYNC"))));
    try (RunningPostern postern = with(wrong, Pooling.Mode.TRANSACTION);
        WireClient other = Way.through(postern, ROLE).wire()) {
      for (byte[] asked :
          List.of(
              FrontendPackets.query("parsed"),
              FrontendPackets.query("nothing"),
              FrontendPackets.sync())) {
        try (WireClient client = Way.through(postern, ROLE).wire()) {
          client.send(asked);
          assertThat(client.receive().sqlState()).isEqualTo("XX000");
          assertThat(client.isAtEnd()).isTrue();
        }
      }
      assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void saysWhichValueIsOfTheWrongType() {
    AnsweredStatement wrong =
        AnsweredStatement.rows(
            List.of(Column.of("rank", ValueType.INT4)), bind -> List.of(List.of(1L)));
    assertThatThrownBy(wrong::answer)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a java.lang.Long for a column of type INT4 (expected: java.lang.Integer)");
  }

  private static MessageInterceptor tenants() {
    AnsweredStatement show =
        AnsweredStatement.rows(
            List.of(Column.of("name", ValueType.TEXT), Column.of("rank", ValueType.INT4)),
            bind ->
                IntStream.range(0, 10)
                    .mapToObj(rank -> List.<Object>of("tenant " + rank, rank))
                    .toList());
    AnsweredStatement forget = AnsweredStatement.command("UPDATE 7", bind -> {});
    return (session, interests) ->
        interests
            .interceptFrontend(
                Query.class,
                query ->
                    query.sql().equals("FORGET TENANTS")
                        ? Verdict.answer(
                            List.of(
                                NoticeResponse.notice(SqlState.SUCCESSFUL_COMPLETION, "forgotten"),
                                new CommandComplete("UPDATE 7")))
                        : Verdict.forward())
            .answer(
                sql ->
                    switch (sql) {
                      case "SHOW TENANTS" -> show;
                      case "FORGET TENANTS" -> forget;
                      default -> null;
                    });
  }

  private static RunningPostern with(MessageInterceptor interceptor, Pooling.Mode mode) {
    Pooling pooling = mode == Pooling.Mode.DEDICATED ? Pooling.DEDICATED : pooled(mode);
    RunningPostern postern =
        RunningPostern.builder()
            .backend(server, pooling)
            .interceptor("under-test", interceptor)
            .start();
    postern.importUser(server, ROLE);
    return postern;
  }

  private static Pooling pooled(Pooling.Mode mode) {
    return Pooling.TRANSACTION.with(pool -> pool.mode(mode).size(2));
  }
}
