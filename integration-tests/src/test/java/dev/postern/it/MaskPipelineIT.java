package dev.postern.it;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.copyFail;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.message;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Parse;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that sends what no driver sends, so that the answer to an evil statement would be taken
 * for the answer to a harmless one, sees no masked value; one that copies as libpq does is served.
 */
@ParameterizedClass
@ValueSource(strings = {"session", "transaction"})
final class MaskPipelineIT {
  private static final byte[] EVIL = query("SELECT upper(ssn) FROM mask_it.people");
  private static final byte[] HARMLESS = query("SELECT upper('x')");
  private static final String REFUSED_BY_ANOTHER = "SELECT 'refused by another'";
  private static final MaskGateways GATEWAYS = new MaskGateways();

  private final String mode;

  MaskPipelineIT(String mode) {
    this.mode = mode;
  }

  @BeforeAll
  static void start() throws Exception {
    if (!GATEWAYS.areStarted()) {
      MaskedPeople.create();
      for (String sql :
          List.of(
              """
              CREATE FUNCTION mask_it.refuse() RETURNS trigger LANGUAGE plpgsql
              AS 'BEGIN RAISE EXCEPTION $$no rows here$$; END'
              """,
              "CREATE TABLE mask_it.sealed (id int, text text)",
              """
              CREATE TRIGGER refuse BEFORE INSERT ON mask_it.sealed
              FOR EACH STATEMENT EXECUTE FUNCTION mask_it.refuse()
              """,
              "GRANT ALL ON mask_it.sealed TO mask_clerk")) {
        Gateways.server().execute(sql);
      }
      MessageInterceptor another =
          (_, interests) ->
              interests.interceptFrontend(
                  Parse.class,
                  parse ->
                      parse.sql().equals(REFUSED_BY_ANOTHER)
                          ? Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "by another")
                          : Verdict.forward());
      GATEWAYS.start(builder -> builder.interceptor("another", another));
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
  void endsOfRowsThatNobodyAskedForShowNothing() {
    try (WireClient client = client()) {
      client.send(sync(), copyDone(), EVIL, HARMLESS, sync(), copyFail("x"), EVIL, HARMLESS);
      assertShowsNothing(client, 6);
      assertServed(client);
    }
  }

  @Test
  void syncsWithoutAnythingShowNothing() {
    try (WireClient client = client()) {
      client.send(sync(), sync(), EVIL, HARMLESS, sync(), sync(), EVIL, HARMLESS, sync());
      assertShowsNothing(client, 9);
      assertServed(client);
    }
  }

  @Test
  void queriesBehindAParseThatFailsShowNothing() {
    try (WireClient client = client()) {
      client.send(parse("", "SELECT no_such"), HARMLESS, HARMLESS, sync(), EVIL, HARMLESS);
      assertShowsNothing(client, 3);
      assertServed(client);
    }
  }

  @Test
  void queriesBehindAParseThatAnotherInterceptorRefusesShowNothing() {
    try (WireClient client = client()) {
      client.send(parse("", REFUSED_BY_ANOTHER), HARMLESS, HARMLESS, sync(), EVIL, HARMLESS);
      assertShowsNothing(client, 3);
    }
  }

  /** The server answers it with an error, and skips to Sync. */
  @Test
  void queriesBehindAMalformedFlushShowNothing() {
    try (WireClient client = client()) {
      client.send(message('H', (byte) 0), HARMLESS, HARMLESS, sync(), EVIL, HARMLESS);
      assertShowsNothing(client, 3);
    }
  }

  /** The trigger fails before the server has read the first Sync, so that it answers both. */
  @Test
  void aCopyThatFailsBeforeTheSyncBehindItShowsNothing() {
    try (WireClient client = client()) {
      client.send(unnamed("COPY mask_it.sealed FROM STDIN"), sync());
      client.send(copyDone(), sync(), EVIL, HARMLESS, EVIL, HARMLESS);
      assertShowsNothing(client, 6);
    }
  }

  @Test
  void aCopyThatFailsBehindTheSyncsBehindItShowsNothing() {
    try (WireClient client = client()) {
      client.send(unnamed("COPY mask_it.notes FROM STDIN"), sync(), sync());
      client.send(copyData("no number\tx\n".getBytes(UTF_8)), copyDone(), sync(), EVIL, HARMLESS);
      assertShowsNothing(client, 3);
      assertServed(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mask_it.sealed", "mask_it.notes"})
  void whatIsSentAmongTheSyncsOfACopyThatFailsShowsNothing(String table) {
    try (WireClient client = client()) {
      client.send(
          unnamed("COPY " + table + " FROM STDIN"),
          sync(),
          copyData("no number\tx\n".getBytes(UTF_8)),
          copyDone(),
          EVIL,
          HARMLESS,
          sync(),
          EVIL,
          HARMLESS,
          sync());
      assertShowsNothing(client, 7);
    }
  }

  /** As libpq does it: the first Sync goes before CopyInResponse has come, and is ignored. */
  @ParameterizedTest
  @ValueSource(strings = {"1\tgood\n", "no number\tbad\n", "fail"})
  void copyingByTheExtendedProtocolGoesOnWorking(String rows) {
    try (WireClient client = client()) {
      for (int i = 0; i < 3; i++) {
        client.send(
            parse("", "COPY mask_it.notes FROM STDIN"),
            bind("", ""),
            describePortal(""),
            execute("", 0),
            sync());
        assertThat(WireMessage.types(client.receiveUntil('G'))).isEqualTo("12nG");
        if (rows.equals("fail")) {
          client.send(copyData("1\ta\n".getBytes(UTF_8)), copyFail("enough"), sync());
        } else {
          client.send(copyData(rows.getBytes(UTF_8)), copyDone(), sync());
        }
        assertThat(WireMessage.types(client.receiveUntil('Z')))
            .isEqualTo(rows.startsWith("1") ? "CZ" : "EZ");
        client.send(unnamed("SELECT ssn FROM mask_it.people WHERE id = 1"), sync());
        assertThat(client.receiveUntil('Z').get(2).values()).containsExactly("*******6789");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"S", "s", "Ünï", "prepared statement; drop"})
  void aStatementThatSqlHasPreparedUnderAnyNameShowsNothing(String name) {
    try (WireClient client = client()) {
      client.send(parse(name, "SELECT upper('x')"), sync());
      client.receiveUntil('Z');
      String quoted = '"' + name + '"';
      client.query("DEALLOCATE " + quoted);
      client.query("PREPARE " + quoted + " AS SELECT upper(ssn) FROM mask_it.people");
      client.send(bind("", name), execute("", 0), sync());
      assertShowsNothing(client, 1);
    }
  }

  @Test
  void aNameThatIsGivenTwiceBeforeAnythingIsAnsweredShowsNothing() {
    try (WireClient client = client()) {
      client.query("PREPARE s AS SELECT upper(ssn) FROM mask_it.people");
      client.send(
          parse("s", "SELECT upper('x')"), sync(), bind("", "s"), execute("", 0), sync(), HARMLESS);
      assertShowsNothing(client, 3);
    }
  }

  /** Up to so many ReadyForQuery, or the session's end. */
  private static void assertShowsNothing(WireClient client, int ready) {
    for (int left = ready; left > 0 && !client.isAtEnd(); ) {
      WireMessage message = client.receive();
      assertThat(new String(message.body().toByteArray(), StandardCharsets.ISO_8859_1))
          .doesNotContain("123-45");
      left -= message.type() == 'Z' ? 1 : 0;
    }
  }

  private static void assertServed(WireClient client) {
    client.send(unnamed("SELECT ssn FROM mask_it.people WHERE id = 1"), sync());
    List<WireMessage> answer = client.receiveUntil('Z');
    assertThat(WireMessage.types(answer)).isEqualTo("12DCZ");
    assertThat(answer.get(2).values()).containsExactly("*******6789");
  }
}
