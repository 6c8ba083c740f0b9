package dev.postern.it;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.functionCall;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways to a masked value through the order and the names of the protocol, in both poolings. */
@ParameterizedClass
@ValueSource(strings = {"session", "transaction"})
final class MaskProtocolIT {
  private static final String PLAIN = "SELECT ssn FROM mask_it.people WHERE id = 1";
  private static final String COMPUTED = "SELECT upper(ssn) FROM mask_it.people WHERE id = 1";
  private static final MaskGateways GATEWAYS = new MaskGateways();

  private final String mode;

  MaskProtocolIT(String mode) {
    this.mode = mode;
  }

  @BeforeAll
  static void start() throws Exception {
    if (!GATEWAYS.areStarted()) {
      MaskedPeople.create();
      GATEWAYS.start(_ -> {});
    }
  }

  @AfterAll
  static void stop() {
    GATEWAYS.stop();
  }

  private WireClient client() {
    return GATEWAYS.client(mode);
  }

  @Test
  void aStatementIsMaskedHoweverOftenItIsExecutedAndNeverDescribed() {
    try (WireClient client = client()) {
      client.send(parse("s", PLAIN), sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("1Z");
      for (int i = 0; i < 3; i++) {
        client.send(bind("", "s"), execute("", 0), bind("p", "s"), execute("p", 0), sync());
        List<WireMessage> answer = client.receiveUntil('Z');
        assertThat(WireMessage.types(answer)).isEqualTo("2DC2DCZ");
        assertThat(answer.get(1).values()).containsExactly("*******6789");
        assertThat(answer.get(4).values()).containsExactly("*******6789");
      }
    }
  }

  @Test
  void thePipelineKeepsItsOrder() {
    try (WireClient client = client()) {
      client.send(
          unnamed("SELECT 1"),
          unnamed(PLAIN),
          sync(),
          unnamed(COMPUTED),
          unnamed("SELECT 2"),
          sync(),
          query("SELECT 3"),
          query(COMPUTED),
          query(PLAIN),
          unnamed("SELECT 4"),
          sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DC12DCZ");
      List<WireMessage> refused = client.receiveUntil('Z');
      assertThat(WireMessage.types(refused)).isEqualTo("1EZ");
      assertThat(refused.get(1).sqlState()).isEqualTo("42501");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
      List<WireMessage> masked = client.receiveUntil('Z');
      assertThat(masked.get(1).values()).containsExactly("*******6789");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
    }
  }

  @Test
  void describingByTheClientIsAnsweredOnce() {
    try (WireClient client = client()) {
      client.send(
          parse("", PLAIN),
          bind("", ""),
          describePortal(""),
          execute("", 0),
          describePortal(""),
          sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12TDCTZ");
    }
  }

  /** The server skips the second Parse, so that its name still means the first statement. */
  @Test
  void aParseThatTheServerSkippedDoesNotCount() {
    try (WireClient client = client()) {
      client.send(parse("", COMPUTED), sync());
      client.receiveUntil('Z');
      client.send(bind("", "no such statement"), parse("", "SELECT 'harmless'"), sync());
      client.receiveUntil('Z');
      client.send(bind("", ""), execute("", 0), sync());
      assertEndsWithoutValue(client);
    }
  }

  /** The server refuses the second Parse, since the name is taken. */
  @Test
  void aParseThatTheServerRefusedDoesNotCount() {
    try (WireClient client = client()) {
      client.send(parse("s", COMPUTED), sync());
      client.receiveUntil('Z');
      client.send(parse("s", "SELECT 'harmless'"), sync());
      assertThat(client.receiveUntil('Z').getFirst().sqlState()).isEqualTo("42P05");
      client.send(bind("", "s"), execute("", 0), sync());
      assertEndsWithoutValue(client);
    }
  }

  @Test
  void aStatementThatSqlHasPreparedAnewUnderItsNameIsMasked() {
    try (WireClient client = client()) {
      client.send(parse("s", "SHOW work_mem"), sync());
      client.receiveUntil('Z');
      client.query("DEALLOCATE s");
      client.query("PREPARE s AS " + PLAIN);
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(rows(client.receiveUntil('Z'))).containsExactly(List.of("*******6789"));
      client.query("DEALLOCATE \"s\"; PREPARE S AS " + COMPUTED);
      client.send(bind("", "s"), execute("", 0), sync());
      assertEndsWithoutValue(client);
    }
  }

  @Test
  void aCursorThatSqlHasDeclaredUnderThePortalsNameIsMasked() {
    try (WireClient client = client()) {
      client.query("BEGIN");
      client.send(parse("", "SHOW work_mem"), bind("c", ""), sync());
      client.receiveUntil('Z');
      client.query("CLOSE c; DECLARE c CURSOR FOR " + PLAIN);
      client.send(execute("c", 0), sync());
      assertThat(rows(client.receiveUntil('Z'))).containsExactly(List.of("*******6789"));
    }
  }

  /** The server knows the first 63 bytes of it. */
  @Test
  void aNameThatTheServerCutsHidesNothing() {
    String known = "n".repeat(63);
    for (String first : List.of(known, known + "x")) {
      try (WireClient client = client()) {
        client.send(parse(first, "SHOW work_mem"), sync());
        client.receiveUntil('Z');
        client.send(closeStatement(known + "y"), parse(known + "z", PLAIN), sync());
        client.receiveUntil('Z');
        client.send(bind("", first), execute("", 0), sync());
        assertThat(rows(client.receiveUntil('Z'))).containsExactly(List.of("*******6789"));
      }
    }
  }

  @Test
  void whatStandsBehindTheEndOfABlockThatSeemsFailedIsNotCarriedOut() {
    try (WireClient client = client()) {
      client.query("BEGIN");
      assertThat(WireMessage.types(client.query(COMPUTED))).isEqualTo("EZ");
      List<WireMessage> answer = client.query("ROLLBACK; " + COMPUTED);
      assertThat(rows(answer)).isEmpty();
      assertThat(answer.getFirst().sqlState()).isEqualTo("25P02");
      client.query("ROLLBACK");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void aRowUnderTheNameOfAKeywordIsRefused() {
    try (WireClient client = client()) {
      for (String word : List.of("set", "values", "overriding")) {
        List<WireMessage> answer =
            client.query("SELECT row_to_json(%s) FROM mask_it.people %s".formatted(word, word));
        assertThat(rows(answer)).isEmpty();
        assertThat(answer.getFirst().sqlState()).isEqualTo("42501");
      }
    }
  }

  private static List<List<String>> rows(List<WireMessage> answer) {
    return answer.stream().filter(m -> m.type() == 'D').map(WireMessage::values).toList();
  }

  /** The server skips the Close. */
  @Test
  void aCloseThatTheServerSkippedDoesNotCount() {
    try (WireClient client = client()) {
      client.send(parse("s", COMPUTED), sync());
      client.receiveUntil('Z');
      client.send(bind("", "no such statement"), closeStatement("s"), sync());
      client.receiveUntil('Z');
      client.send(bind("", "s"), execute("", 0), sync());
      assertEndsWithoutValue(client);
    }
  }

  @Test
  void sqlCannotExecuteWhatTheProtocolHasPrepared() {
    try (WireClient client = client()) {
      client.send(query("BEGIN"), parse("s", COMPUTED), sync(), query("EXECUTE s"));
      client.receiveUntil('Z');
      client.receiveUntil('Z');
      assertEndsWithoutValue(client);
    }
  }

  /** EXECUTE runs any statement that the protocol has prepared, and not only queries. */
  @Test
  void aNameThatSqlGivesByExecutingAPreparedStatementIsMasked() {
    try (WireClient client = client()) {
      client.send(parse("s", "SHOW work_mem"), parse("d", "DEALLOCATE s"));
      client.send(parse("p", "PREPARE s AS " + PLAIN), sync());
      client.receiveUntil('Z');
      client.query("EXECUTE d");
      client.query("EXECUTE p");
      client.send(bind("", "s"), execute("", 0), sync());
      if (mode.equals("session")) {
        assertThat(rows(client.receiveUntil('Z'))).containsExactly(List.of("*******6789"));
      } else {
        assertEndsWithoutValue(client); // SQL has found nothing under the protocol's names
      }
    }
  }

  @Test
  void theProtocolCanFetchFromACursorOfSqlAndGetsMaskedValues() {
    try (WireClient client = client()) {
      client.query("BEGIN");
      client.query("DECLARE c CURSOR FOR " + PLAIN);
      client.send(execute("c", 0), sync());
      List<WireMessage> answer = client.receiveUntil('Z');
      assertThat(WireMessage.types(answer)).isEqualTo("DCZ");
      assertThat(answer.getFirst().values()).containsExactly("*******6789");
    }
  }

  @Test
  void theProtocolCannotFetchComputedValuesFromACursorOfSql() {
    try (WireClient client = client()) {
      client.query("BEGIN");
      client.query("DECLARE c CURSOR FOR " + COMPUTED);
      client.send(execute("c", 0), sync());
      assertEndsWithoutValue(client);
    }
  }

  @Test
  void functionCallsAreRefused() {
    try (WireClient client = client()) {
      client.send(functionCall(1257, "1"), query("SELECT 1"));
      assertThat(client.receiveUntil('Z').getFirst().sqlState()).isEqualTo("42501");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
    }
  }

  @Test
  void copyingInWithAnEarlySyncKeepsTheOrder() {
    try (WireClient client = client()) {
      client.send(
          unnamed("COPY mask_it.notes FROM STDIN"),
          sync(),
          copyDone(),
          sync(),
          unnamed(PLAIN),
          sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12GCZ");
      assertThat(client.receiveUntil('Z').get(2).values()).containsExactly("*******6789");
    }
  }

  /** The last message is a FATAL error of the plugin, and nothing before it shows the value. */
  private static void assertEndsWithoutValue(WireClient client) {
    WireMessage last = null;
    while (!client.isAtEnd()) {
      last = client.receive();
      assertThat(new String(last.body().toByteArray(), StandardCharsets.ISO_8859_1))
          .doesNotContain("123-45");
      if (last.type() == 'Z') {
        break;
      }
    }
    assertThat(last).isNotNull();
  }
}
