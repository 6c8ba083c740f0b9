package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages of clients that interceptors take away, and data of COPY that they take or change. */
final class TakenMessagesIT {
  private static final String ROWS = "COPY (SELECT 'row ' || generate_series(1, 3)) TO STDOUT";

  enum Mode {
    SESSION,
    TRANSACTION;

    Pooling pooling() {
      return this == SESSION ? Pooling.SESSION : Pooling.TRANSACTION;
    }
  }

  @BeforeAll
  static void createTable() {
    Intercepted.createRole();
    Gateways.server().execute("DROP TABLE IF EXISTS taken_rows");
    Gateways.server().execute("CREATE TABLE taken_rows (text text)");
    Gateways.server().execute("GRANT ALL ON taken_rows TO " + Intercepted.ROLE);
  }

  @ParameterizedTest
  @EnumSource
  void aQueryThatIsDroppedReachesNobodyAndTheNextOneIsAnsweredInItsTurn(Mode mode) {
    MessageInterceptor dropping =
        (_, interests) ->
            interests.interceptFrontend(
                Query.class,
                query -> query.sql().startsWith("INSERT") ? Verdict.drop() : Verdict.forward());
    try (RunningPostern postern = with(mode, dropping);
        WireClient client = Intercepted.client(postern)) {
      client.query("TRUNCATE taken_rows");
      client.send(
          FrontendPackets.query("INSERT INTO taken_rows VALUES ('dropped')"),
          FrontendPackets.query("SELECT count(*) FROM taken_rows"));

      List<WireMessage> answer = client.receiveUntil('Z');
      assertThat(WireMessage.types(answer)).isEqualTo("TDCZ");
      assertThat(answer.get(1).values()).containsExactly("0");
      assertThat(client.queryOne("SELECT 'next'")).isEqualTo("next");
    }
  }

  @ParameterizedTest
  @EnumSource
  void dataOfACopyToTheServerIsDroppedOrChanged(Mode mode) {
    MessageInterceptor changing =
        (_, interests) ->
            interests.interceptFrontend(
                CopyData.class,
                data ->
                    switch (data.data().toUtf8()) {
                      case "dropped\n" -> Verdict.drop();
                      case "changed\n" -> Verdict.replace(copyData("another\n"));
                      default -> Verdict.forward();
                    });
    try (RunningPostern postern = with(mode, changing);
        WireClient client = Intercepted.client(postern)) {
      client.query("TRUNCATE taken_rows");
      client.send(FrontendPackets.query("COPY taken_rows FROM STDIN"));
      client.expect('G');
      for (String row : List.of("kept\n", "dropped\n", "changed\n")) {
        client.send(FrontendPackets.copyData(row.getBytes(StandardCharsets.UTF_8)));
      }
      client.send(FrontendPackets.copyDone());

      assertThat(client.expect('C').strings(0)).containsExactly("COPY 2");
      client.expect('Z');
      assertThat(client.queryOne("SELECT string_agg(text, ' ' ORDER BY text) FROM taken_rows"))
          .isEqualTo("another kept");
    }
  }

  @ParameterizedTest
  @EnumSource
  void dataOfACopyFromTheServerIsChanged(Mode mode) {
    MessageInterceptor changing =
        (_, interests) ->
            interests.interceptBackend(
                CopyData.class,
                data ->
                    Verdict.replace(copyData(data.data().toUtf8().replace("row", "a longer row"))));
    try (RunningPostern postern = with(mode, changing);
        WireClient client = Intercepted.client(postern)) {
      List<WireMessage> answer = client.query(ROWS);

      assertThat(WireMessage.types(answer)).isEqualTo("HdddcCZ");
      assertThat(rows(answer))
          .containsExactly("a longer row 1\n", "a longer row 2\n", "a longer row 3\n");
      assertThat(client.queryOne("SELECT 'next'")).isEqualTo("next");
    }
  }

  @ParameterizedTest
  @EnumSource
  void dataOfACopyFromTheServerIsDropped(Mode mode) {
    MessageInterceptor dropping =
        (_, interests) ->
            interests.interceptBackend(
                CopyData.class,
                data ->
                    data.data().toUtf8().equals("row 2\n") ? Verdict.drop() : Verdict.forward());
    try (RunningPostern postern = with(mode, dropping);
        WireClient client = Intercepted.client(postern)) {
      List<WireMessage> answer = client.query(ROWS);

      assertThat(WireMessage.types(answer)).isEqualTo("HddcCZ");
      assertThat(rows(answer)).containsExactly("row 1\n", "row 3\n");
      assertThat(client.queryOne("SELECT 'next'")).isEqualTo("next");
    }
  }

  private static CopyData copyData(String text) {
    return new CopyData(Bytes.utf8(text));
  }

  private static List<String> rows(List<WireMessage> answer) {
    return answer.stream()
        .filter(message -> message.type() == 'd')
        .map(message -> message.body().toUtf8())
        .toList();
  }

  private static RunningPostern with(Mode mode, MessageInterceptor interceptor) {
    RunningPostern postern =
        RunningPostern.builder()
            .backend(Gateways.server(), mode.pooling())
            .interceptor("under-test", interceptor)
            .start();
    postern.importUser(Gateways.server(), Intercepted.ROLE);
    return postern;
  }
}
