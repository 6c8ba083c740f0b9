package dev.postern.it.pooling;

import static dev.postern.it.pooling.ListeningClients.extended;
import static dev.postern.it.pooling.ListeningClients.heard;
import static dev.postern.it.pooling.ListeningClients.hearsNothingOf;
import static dev.postern.it.pooling.ListeningClients.tags;
import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that share two server connections listen to channels and keep neither of them. */
final class ListenIT {
  private static final String ROLE = "listen_role";

  @RegisterExtension private static final ListeningClients LISTENING = new ListeningClients(ROLE);

  @BeforeAll
  static void allowTables() {
    LISTENING.server().execute("GRANT CREATE ON SCHEMA public TO " + ROLE);
  }

  @Test
  void aClientThatListensKeepsNoConnection() {
    WireClient client = LISTENING.client();
    assertThat(WireMessage.types(client.query("LISTEN news"))).isEqualTo("CZ");
    LISTENING.server().execute("NOTIFY news, 'first'");
    assertThat(heard(client)).isEqualTo("news first");
    assertThat(LISTENING.session().relay().pins()).isEmpty();
    assertThat(LISTENING.session().relay().channels()).containsExactly("news");
    await().until(() -> LISTENING.pool().idle() == LISTENING.pool().open());
    assertThat(client.queryOne("SELECT count(*) FROM pg_listening_channels()")).isEqualTo("0");
  }

  @Test
  void theAnswerIsThatOfTheStatement() {
    WireClient client = LISTENING.client();
    assertThat(tags(client.query("LISTEN news"))).containsExactly("LISTEN");
    assertThat(tags(client.query("/* a */ UnListen news -- b"))).containsExactly("UNLISTEN");
    assertThat(tags(client.query("listen a; SELECT 1; LISTEN \"b\"; UNLISTEN *")))
        .containsExactly("LISTEN", "SELECT 1", "LISTEN", "UNLISTEN");
    assertThat(tags(extended(client, "LISTEN news"))).containsExactly("LISTEN");
  }

  @Test
  void aSendersOwnNotificationsComeBeforeItIsReady() {
    WireClient client = LISTENING.client();
    client.query("LISTEN own");
    List<WireMessage> answer = client.query("NOTIFY own, 'me'");
    assertThat(WireMessage.types(answer)).isEqualTo("CAZ");
    assertThat(answer.get(1).int32(0)).isEqualTo(LISTENING.processId());
    assertThat(WireMessage.types(client.query("SELECT pg_notify('own', 'me, too')")))
        .isEqualTo("TDCAZ");
    assertThat(WireMessage.types(client.query("BEGIN; LISTEN fresh; NOTIFY fresh; COMMIT")))
        .isEqualTo("CCCCAZ");
  }

  @Test
  void notificationsOfATriggerAreItsClientsOwn() {
    WireClient client = LISTENING.client();
    client.query(
        "CREATE TABLE watched (a int);"
            + "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$BEGIN PERFORM pg_notify('watched', NEW.a::text); RETURN NEW; END$$;"
            + "CREATE TRIGGER tell AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION tell()");
    client.query("LISTEN watched");
    List<WireMessage> answer = client.query("INSERT INTO watched VALUES (7)");
    assertThat(WireMessage.types(answer)).isEqualTo("CAZ");
    assertThat(answer.get(1).int32(0)).isEqualTo(LISTENING.processId());
  }

  @Test
  void whatAnotherClientSentOnTheSameConnectionIsNotTheClientsOwn() {
    WireClient listener = LISTENING.client();
    int own = LISTENING.processId();
    listener.query("LISTEN turns");
    WireClient sender = LISTENING.client();
    for (int i = 0; i < 300; i++) {
      sender.send(query("NOTIFY turns, '" + i + "'"));
      listener.send(query("SELECT 1"));
      sender.receiveUntil('Z');
      int notifications = 0;
      List<WireMessage> all = new ArrayList<>();
      boolean ready = false;
      while (!ready || notifications < 1) {
        WireMessage message = listener.receive();
        all.add(message);
        ready |= message.type() == 'Z';
        notifications += message.type() == 'A' ? 1 : 0;
      }
      for (WireMessage message : all) {
        if (message.type() == 'A') {
          assertThat(message.int32(0)).isNotEqualTo(own);
          assertThat(message.strings(4)).containsExactly("turns", Integer.toString(i));
        }
      }
    }
  }

  @Test
  void nothingComesWithinATransactionBlock() {
    WireClient client = LISTENING.client();
    client.query("LISTEN quiet");
    client.query("BEGIN");
    LISTENING.server().execute("NOTIFY quiet, '1'", "NOTIFY quiet, '2'");
    assertThat(WireMessage.types(client.query("SELECT 1"))).isEqualTo("TDCZ");
    assertThat(WireMessage.types(client.query("SAVEPOINT s"))).isEqualTo("CZ");
    assertThat(WireMessage.types(client.query("COMMIT"))).isEqualTo("CAAZ");
  }

  @Test
  void itTakesEffectAtTheCommit() {
    WireClient client = LISTENING.client();
    client.query("BEGIN");
    client.query("LISTEN late");
    WireClient witness = LISTENING.client();
    witness.query("LISTEN late");
    LISTENING.server().execute("NOTIFY late, 'before'");
    assertThat(heard(witness)).isEqualTo("late before");
    client.query("SELECT 1"); // so it is seen on the client's event loop, too
    assertThat(WireMessage.types(client.query("COMMIT"))).isEqualTo("CZ");
    LISTENING.server().execute("NOTIFY late, 'after'");
    assertThat(heard(client)).isEqualTo("late after");

    client.query("BEGIN");
    client.query("UNLISTEN late");
    client.query("ROLLBACK");
    LISTENING.server().execute("NOTIFY late, 'still'");
    assertThat(heard(client)).isEqualTo("late still");

    client.query("BEGIN; UNLISTEN late");
    LISTENING.server().execute("NOTIFY late, 'too late'");
    assertThat(WireMessage.types(client.query("COMMIT"))).isEqualTo("CZ");
    hearsNothingOf(client, "late");
  }

  @Test
  void whatComesWhileItsTransactionWorksCameTooEarly() {
    WireClient client = LISTENING.client();
    client.query("BEGIN");
    client.query("LISTEN early");
    WireClient witness = LISTENING.client();
    witness.query("LISTEN early");
    client.send(query("SELECT pg_sleep(0.3)"));
    LISTENING.server().execute("NOTIFY early, 'before'");
    assertThat(heard(witness)).isEqualTo("early before");
    assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
    assertThat(WireMessage.types(client.query("COMMIT"))).isEqualTo("CZ");
  }

  @Test
  void aRolledBackListenIsForgotten() {
    WireClient client = LISTENING.client();
    client.query("BEGIN");
    client.query("LISTEN undone");
    client.query("ROLLBACK");
    client.query("BEGIN; LISTEN undone; SELECT 1/0");
    client.query("COMMIT");
    client.query("LISTEN undone; SELECT 1/0");
    client.send(unnamed("LISTEN undone"), unnamed("SELECT 1/0"), sync());
    client.receiveUntil('Z');
    hearsNothingOf(client, "undone");
    assertThat(LISTENING.session().relay().channels()).isEmpty();
  }

  @Test
  void savepointsDecideWhatBecomesOfIt() {
    WireClient client = LISTENING.client();
    client.query("BEGIN");
    client.query("SAVEPOINT a");
    client.query("LISTEN in_a");
    client.query("ROLLBACK TO SAVEPOINT a");
    client.query("LISTEN kept");
    client.query("SAVEPOINT a");
    extended(client, "LISTEN in_second_a");
    extended(client, "SAVEPOINT b");
    extended(client, "LISTEN in_b");
    extended(client, "RELEASE b");
    extended(client, "ROLLBACK TO a");
    client.query("SAVEPOINT c; LISTEN in_c; RELEASE SAVEPOINT c");
    client.query("COMMIT AND CHAIN");
    assertThat(LISTENING.session().relay().channels()).isEmpty();
    client.query("LISTEN chained");
    client.query("ROLLBACK AND CHAIN");
    client.query("COMMIT");
    await()
        .untilAsserted(
            () ->
                assertThat(LISTENING.session().relay().channels()).containsExactly("kept", "in_c"));
  }

  @Test
  void aFailedTransactionRefusesIt() {
    WireClient client = LISTENING.client();
    client.query("BEGIN");
    client.query("SELECT 1/0");
    assertThat(client.query("LISTEN refused").getFirst().sqlState()).isEqualTo("25P02");
    assertThat(extended(client, "LISTEN refused").stream().anyMatch(m -> m.type() == 'E')).isTrue();
    client.query("ROLLBACK");
    hearsNothingOf(client, "refused");
  }

  @Test
  void namesAreFoldedAndQuotedAsByTheServer() {
    WireClient client = LISTENING.client();
    client.query("LISTEN Folded");
    client.query("LISTEN \"As Is\"\"\"");
    client.query("LISTEN gr\u00fc\u00df");
    client.query("LISTEN \"select\"");
    LISTENING
        .server()
        .execute(
            "NOTIFY folded, 'a'",
            "NOTIFY \"Folded\", 'no'",
            "NOTIFY \"As Is\"\"\", 'b'",
            "NOTIFY gr\u00fc\u00df, '\u20ac'",
            "NOTIFY \"select\"");
    assertThat(heard(client)).isEqualTo("folded a");
    assertThat(heard(client)).isEqualTo("As Is\" b");
    assertThat(heard(client)).isEqualTo("gr\u00fc\u00df \u20ac");
    assertThat(heard(client)).isEqualTo("select ");
  }

  @Test
  void aPayloadComesInTheClientsEncoding() {
    WireClient client = LISTENING.client();
    client.query("SET client_encoding = 'LATIN1'");
    client.query("LISTEN encoded");
    LISTENING.server().execute("NOTIFY encoded, '\u00fc'");
    byte[] body = client.expect('A').body().toByteArray();
    assertThat(new String(body, 4, body.length - 4, StandardCharsets.ISO_8859_1))
        .isEqualTo("encoded\0\u00fc\0");
  }

  @Test
  void aNameThatIsNotUnderstoodKeepsTheConnectionAsBefore() {
    WireClient client = LISTENING.client();
    client.query("LISTEN U&\"\\0441lat\"");
    assertThat(LISTENING.session().relay().pins()).containsExactly("LISTEN");
    LISTENING.server().execute("NOTIFY \"\u0441lat\", 'pinned'");
    assertThat(heard(client)).isEqualTo("\u0441lat pinned");
    client.query("UNLISTEN *");
    await().untilAsserted(() -> assertThat(LISTENING.session().relay().pins()).isEmpty());
  }

  @Test
  void aPreparedListenWorksOnEveryConnection() {
    WireClient client = LISTENING.client();
    WireClient other = LISTENING.client();
    for (WireClient each : List.of(client, other)) {
      each.send(parse("l", "LISTEN prepared"), parse("u", "UNLISTEN prepared"), sync());
      each.receiveUntil('Z');
    }
    for (int i = 0; i < 4; i++) {
      for (WireClient each : List.of(client, other)) {
        each.send(bind("p", "l"), execute("p", 0), sync());
        assertThat(tags(each.receiveUntil('Z'))).containsExactly("LISTEN");
      }
      LISTENING.server().execute("NOTIFY prepared, '" + i + "'");
      assertThat(heard(client)).isEqualTo("prepared " + i);
      assertThat(heard(other)).isEqualTo("prepared " + i);
      other.send(bind("", "u"), execute("", 0), sync());
      assertThat(tags(other.receiveUntil('Z'))).containsExactly("UNLISTEN");
      LISTENING.server().execute("NOTIFY prepared, 'for one'");
      assertThat(heard(client)).isEqualTo("prepared for one");
      other.query("SELECT 1");
    }
    hearsNothingOf(other, "prepared");
  }

  @Test
  void inAPipelineEverythingIsInOrder() {
    WireClient client = LISTENING.client();
    client.send(
        query("SELECT 1"),
        query("LISTEN piped"),
        unnamed("BEGIN"),
        unnamed("LISTEN second"),
        sync(),
        unnamed("NOTIFY second"),
        unnamed("COMMIT"),
        sync(),
        query("NOTIFY piped"),
        query("UNLISTEN *"),
        query("NOTIFY piped"));
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 7; i++) {
      all.append(WireMessage.types(client.receiveUntil('Z'))).append(' ');
    }
    assertThat(all.toString().strip()).isEqualTo("TDCZ CZ 12C12CZ 12C12CAZ CAZ CZ CZ");
  }

  @Test
  void discardAllAndUnlistenEndAllOfIt() {
    for (String end : List.of("DISCARD ALL", "UNLISTEN *")) {
      WireClient client = LISTENING.client();
      client.query("LISTEN a; LISTEN b");
      client.query(end);
      hearsNothingOf(client, "a");
      hearsNothingOf(client, "b");
      await().until(() -> LISTENING.channels() == 0);
    }
  }

  @Test
  void itIsAllowedWhereNothingMayBeLeftInTheSession() {
    String role = "listen_strict_role";
    Pooling strict =
        Pooling.TRANSACTION.with(
            pool -> pool.mode(Pooling.Mode.STATEMENT).sessionState(Pooling.SessionState.REFUSE));
    try (RunningPostern postern = Pools.before(LISTENING.server(), strict)) {
      Pools.createRole(LISTENING.server(), postern, role);
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login(role, Pools.PASSWORD, "postgres");
        assertThat(WireMessage.types(client.query("LISTEN strict"))).isEqualTo("CZ");
        assertThat(WireMessage.types(client.query("NOTIFY strict"))).isEqualTo("CAZ");
        assertThat(client.query("LISTEN U&\"strict\"").getFirst().sqlState()).isEqualTo("0A000");
      }
    }
  }
}
