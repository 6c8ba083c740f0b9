package dev.postern.it.pooling;

import static dev.postern.testkit.WireMessage.types;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.AnsweredStatement;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.api.session.SessionInfo;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What one interceptor refuses or answers concerns those that saw it, and nobody behind: for these,
 * questions and answers stay in step.
 */
final class StoppedMessagesIT {
  private static final String ROLE = "stopped_messages_role";
  private static PostgresServer server;

  private final Ear before = new Ear();
  private final Ear behind = new Ear();

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
  @EnumSource
  void refusedQueriesHaveNoAnswerForThoseBehind(Pooling.Mode mode) {
    try (RunningPostern postern = with(refusing(), mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(
          FrontendPackets.query("SELECT 1"),
          FrontendPackets.query("DROP TABLE x"),
          FrontendPackets.query("SELECT 2"));
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("EZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(before.heard())
          .isEqualTo(
              "RowDescription DataRow CommandComplete ReadyForQuery"
                  + " ErrorResponse ReadyForQuery"
                  + " RowDescription DataRow CommandComplete ReadyForQuery");
      assertThat(behind.heard())
          .isEqualTo(
              "RowDescription DataRow CommandComplete ReadyForQuery"
                  + " RowDescription DataRow CommandComplete ReadyForQuery");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSkippedBehindARefusedParseIsSkippedForAll(Pooling.Mode mode) {
    try (RunningPostern postern = with(refusing(), mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(
          FrontendPackets.unnamed("DROP TABLE x"),
          FrontendPackets.sync(),
          FrontendPackets.unnamed("SELECT 1"),
          FrontendPackets.sync());
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("EZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
      String heard =
          "ErrorResponse ReadyForQuery"
              + " ParseComplete BindComplete DataRow CommandComplete ReadyForQuery";
      assertThat(before.heard()).isEqualTo(heard);
      assertThat(behind.heard()).isEqualTo(heard);
    }
  }

  @ParameterizedTest
  @EnumSource
  void answeredStatementsAreNotThere(Pooling.Mode mode) {
    try (RunningPostern postern = with(answering(), mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(
          FrontendPackets.query("FORGET"),
          FrontendPackets.query("SELECT 1"),
          FrontendPackets.unnamed("FORGET"),
          FrontendPackets.unnamed("SELECT 2"),
          FrontendPackets.sync());
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("CZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("12C12DCZ");
      assertThat(before.heard())
          .isEqualTo(
              "CommandComplete ReadyForQuery"
                  + " RowDescription DataRow CommandComplete ReadyForQuery"
                  + " ParseComplete BindComplete CommandComplete"
                  + " ParseComplete BindComplete DataRow CommandComplete ReadyForQuery");
      assertThat(behind.heard())
          .isEqualTo(
              "RowDescription DataRow CommandComplete ReadyForQuery"
                  + " ParseComplete BindComplete DataRow CommandComplete ReadyForQuery");
    }
  }

  private RunningPostern with(MessageInterceptor between, Pooling.Mode mode) {
    Pooling pooling =
        mode == Pooling.Mode.DEDICATED
            ? Pooling.DEDICATED
            : Pooling.TRANSACTION.with(pool -> pool.mode(mode).size(2));
    RunningPostern postern =
        RunningPostern.builder()
            .backend(server, pooling)
            .interceptor("before", before)
            .interceptor("between", between)
            .interceptor("behind", behind)
            .start();
    postern.importUser(server, ROLE);
    return postern;
  }

  private static MessageInterceptor refusing() {
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

  private static MessageInterceptor answering() {
    return (session, interests) ->
        interests.answer(
            sql -> sql.equals("FORGET") ? AnsweredStatement.command("FORGET", bind -> {}) : null);
  }

  /** Hears what the server says. */
  private static final class Ear implements MessageInterceptor {
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();

    @Override
    public void open(SessionInfo session, Interests interests) {
      interests.observeBackend(BackendMessage.class, this::hear);
    }

    private void hear(BackendMessage message) {
      if (!(message instanceof NoticeResponse) && !(message instanceof ParameterStatus)) {
        heard.add(message.getClass().getSimpleName());
      }
    }

    String heard() {
      return String.join(" ", heard);
    }
  }
}
