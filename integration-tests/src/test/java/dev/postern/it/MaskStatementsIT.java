package dev.postern.it;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of several statements of which one is refused, in both poolings. */
@ParameterizedClass
@ValueSource(strings = {"session", "transaction"})
final class MaskStatementsIT {
  private static final String NOTE = "INSERT INTO mask_it.notes VALUES (500, 'done')";
  private static final String PLAIN = "SELECT ssn FROM mask_it.people WHERE id = 1";
  private static final String COMPUTED = "SELECT upper(ssn) FROM mask_it.people WHERE id = 1";

  /** Reads like a column, and is a function of the row. */
  private static final String UNFORESEEN =
      "SELECT p.row_to_json FROM mask_it.people p WHERE id = 1";

  private static final MaskGateways GATEWAYS = new MaskGateways();

  private final String mode;

  MaskStatementsIT(String mode) {
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

  @BeforeEach
  void noNotes() {
    Gateways.server().execute("DELETE FROM mask_it.notes");
  }

  private WireClient client() {
    return GATEWAYS.client(mode);
  }

  private static List<String> notes() {
    return Gateways.server().query("SELECT text FROM mask_it.notes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        COMPUTED,
        "SELECT card FROM mask_it.cards",
        "SELECT * FROM mask_it.people",
        "SELECT x FROM (SELECT upper(ssn) x FROM mask_it.people) q",
        "SELECT initials FROM mask_it.people"
      })
  void nothingOfThemIsDoneWhereTheTextShowsThatOneIsRefused(String refused) {
    try (WireClient client = client()) {
      for (String text :
          List.of(
              NOTE + "; " + refused + "; SELECT 1",
              refused + ";" + NOTE,
              "BEGIN; " + NOTE + "; COMMIT; " + refused)) {
        List<WireMessage> answer = client.query(text);
        assertThat(WireMessage.types(answer)).as(text).isEqualTo("EZ");
        assertThat(answer.getFirst().sqlState()).isEqualTo("42501");
        assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
        assertThat(notes()).as(text).isEmpty();
      }
    }
  }

  @Test
  void nothingOfTheirBlockIsDoneEither() {
    try (WireClient client = client()) {
      client.query("BEGIN");
      client.query(NOTE);
      assertThat(WireMessage.types(client.query(NOTE + "; " + COMPUTED))).isEqualTo("EZ");
      assertThat(client.query("SELECT 1").getFirst().sqlState()).isEqualTo("25P02");
      client.query("COMMIT");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      assertThat(notes()).isEmpty();
    }
  }

  @Test
  void aWriteWhoseReturnedColumnCannotBeMaskedIsNotDone() {
    try (WireClient client = client()) {
      for (String returned : List.of("initials", "*", "id, people.initials")) {
        List<WireMessage> answer =
            client.query(
                "UPDATE mask_it.people SET name = 'new' WHERE ssn <> '' RETURNING " + returned);
        assertThat(WireMessage.types(answer)).as(returned).isEqualTo("EZ");
        assertThat(answer.getFirst().sqlState()).isEqualTo("42501");
      }
      assertThat(Gateways.server().query("SELECT name FROM mask_it.people WHERE name = 'new'"))
          .isEmpty();
    }
  }

  @Test
  void eachResultIsJudgedByItsOwnStatement() {
    try (WireClient client = client()) {
      List<WireMessage> answer =
          client.query(NOTE + "; " + PLAIN + "; SELECT 6 * 7; SELECT count(*) FROM mask_it.people");
      assertThat(WireMessage.types(answer)).isEqualTo("CTDCTDCTDCZ");
      assertThat(answer.get(2).values()).containsExactly("*******6789");
      assertThat(answer.get(5).values()).containsExactly("42");
      assertThat(answer.get(8).values()).containsExactly("3");
      assertThat(notes()).containsExactly("done");
    }
  }

  @Test
  void ofThoseThatOnlyReadTheRefusedOneFailsAndTheSessionGoesOn() {
    try (WireClient client = client()) {
      client.send(
          query("SELECT 1; " + COMPUTED + "; " + PLAIN + "; SELECT 2"),
          query("SELECT 3"),
          query("BEGIN; " + COMPUTED),
          query("ROLLBACK"));
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCEZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CEZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CZ");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void inThePipelineOfTheExtendedProtocolTheOthersAreUndone() {
    try (WireClient client = client()) {
      client.send(unnamed(NOTE), unnamed(COMPUTED), unnamed(NOTE), sync());
      List<WireMessage> answer = client.receiveUntil('Z');
      assertThat(answer.get(answer.size() - 2).sqlState()).isEqualTo("42501");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      assertThat(notes()).isEmpty();
    }
  }

  /**
   * The server has committed the Query by the time that it sends the description of a short result:
   * only what an outer block holds is undone with the session.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void behindWhatOnlyTheResultShowsTheSessionEndsAndABlockIsRolledBack(boolean inBlock) {
    try (WireClient client = client()) {
      if (inBlock) {
        client.query("BEGIN");
      }
      client.send(query(NOTE + "; " + UNFORESEEN + "; SELECT 1"));
      client.expect('C');
      assertThat(client.expectFatal("42501").text()).contains("refused by a masking policy");
    }
    if (inBlock) {
      // A lock on the table comes when the transaction is over.
      Gateways.server().execute("BEGIN; LOCK TABLE mask_it.notes; COMMIT");
      assertThat(notes()).isEmpty();
    } else {
      await().untilAsserted(() -> assertThat(notes()).containsExactly("done"));
    }
  }

  @Test
  void whatTheClientHasCommittedInTheSameQueryIsDone() {
    try (WireClient client = client()) {
      client.send(query("BEGIN; " + NOTE + "; COMMIT; BEGIN; " + NOTE + "; " + UNFORESEEN));
      while (!client.isAtEnd()) {
        assertThat(new String(client.receive().body().toByteArray(), StandardCharsets.ISO_8859_1))
            .doesNotContain("123-45");
      }
    }
    Gateways.server().execute("BEGIN; LOCK TABLE mask_it.notes; COMMIT");
    assertThat(notes()).containsExactly("done");
  }

  @Test
  void whatIsSentAtOnceBehindARefusedResultOfABlockCommitsNothing() {
    try (WireClient client = client()) {
      client.send(query("BEGIN"), query(NOTE), query(COMPUTED), query(NOTE), query("COMMIT"));
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CZ");
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CZ");
      assertThat(refusal(client.receiveUntil('Z'))).isEqualTo("42501");
      assertThat(refusal(client.receiveUntil('Z'))).isEqualTo("25P02");
      assertThat(tag(client.receiveUntil('Z').getFirst())).isEqualTo("ROLLBACK");
      assertThat(client.query("SELECT 1")).hasSize(4);
    }
    assertThat(notes()).isEmpty();
  }

  @Test
  void aPipelineBehindARefusedResultOfABlockCommitsNothing() {
    try (WireClient client = client()) {
      client.send(
          query("BEGIN"), query(NOTE), query(COMPUTED), unnamed("SELECT 1"), unnamed("COMMIT"));
      client.send(sync(), query("COMMIT"));
      client.receiveUntil('Z');
      client.receiveUntil('Z');
      assertThat(refusal(client.receiveUntil('Z'))).isEqualTo("42501");
      assertThat(refusal(client.receiveUntil('Z'))).isEqualTo("25P02");
      assertThat(tag(client.receiveUntil('Z').getFirst())).isEqualTo("ROLLBACK");
    }
    assertThat(notes()).isEmpty();
  }

  /** A driver prepares its COMMIT once, and commits by its name from then on. */
  @Test
  void aCommitThatWasPreparedWhereABlockHadFailedStillCommits() {
    try (WireClient client = client()) {
      client.query("BEGIN");
      client.query(NOTE);
      assertThat(refusal(client.query(COMPUTED))).isEqualTo("42501");
      client.send(parse("commit", "COMMIT"), bind("", "commit"), execute("", 0), sync());
      assertThat(refusal(client.receiveUntil('Z'))).isEqualTo("25P02");
      client.send(parse("commit", "COMMIT"), bind("", "commit"), execute("", 0), sync());
      assertThat(tag(client.receiveUntil('Z').get(2))).isEqualTo("ROLLBACK");
      assertThat(notes()).isEmpty();
      client.query("BEGIN");
      client.query(NOTE);
      client.send(bind("", "commit"), execute("", 0), sync());
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("2CZ");
    }
    assertThat(notes()).containsExactly("done");
  }

  /** The server does not know that it has failed, and would go on with what is open in it. */
  @Test
  void inABlockThatHasFailedPortalsShowNothingAndItsStatusStays() {
    try (WireClient client = client()) {
      client.query("BEGIN");
      client.send(parse("", "SELECT generate_series(1, 3)"), bind("p", ""), execute("p", 1));
      client.send(sync());
      client.receiveUntil('Z');
      assertThat(refusal(client.query(COMPUTED))).isEqualTo("42501");
      client.send(sync());
      assertThat(client.receiveUntil('Z').getFirst().body().toByteArray()).containsExactly('E');
      client.send(execute("p", 1), sync());
      assertThat(refusal(client.receiveUntil('Z'))).isEqualTo("25P02");
      client.query("ROLLBACK");
      assertThat(client.query("SELECT 1")).hasSize(4);
    }
  }

  private static String tag(WireMessage complete) {
    return new String(complete.body().toByteArray(), StandardCharsets.US_ASCII).trim();
  }

  /** A refusal, after which the block counts as failed. */
  private static String refusal(List<WireMessage> answer) {
    assertThat(answer.getLast().body().toByteArray()).containsExactly('E');
    return answer.stream()
        .filter(message -> message.type() == 'E')
        .findFirst()
        .orElseThrow()
        .sqlState();
  }
}
