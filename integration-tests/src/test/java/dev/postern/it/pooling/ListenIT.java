package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.proxy.pool.ListeningConnection;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.session.Session;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that share two server connections listen to channels and keep neither of them. */
final class ListenIT {
  private static final String ROLE = "listen_role";
  private static final PostgresServer SERVER = PostgresServer.builder().start();
  private static final RunningPostern POSTERN =
      RunningPostern.builder()
          .backend(SERVER, Pools.transactions(2))
          .setting("network.event-loops", 2)
          .start();

  private final List<WireClient> clients = new ArrayList<>();
  private int processId;

  @BeforeAll
  static void createRole() {
    Pools.createRole(SERVER, POSTERN, ROLE);
    SERVER.execute("GRANT CREATE ON SCHEMA public TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    POSTERN.close();
    SERVER.close();
  }

  @AfterEach
  void close() {
    clients.forEach(WireClient::close);
    await().until(() -> POSTERN.server().registry().sessions().isEmpty());
  }

  @Test
  void aClientThatListensKeepsNoConnection() {
    WireClient client = client();
    assertThat(types(client.query("LISTEN news"))).isEqualTo("CZ");
    SERVER.execute("NOTIFY news, 'first'");
    assertThat(heard(client)).isEqualTo("news first");
    assertThat(session().relay().pins()).isEmpty();
    assertThat(session().relay().channels()).containsExactly("news");
    await().until(() -> pool().idle() == pool().open());
    assertThat(client.queryOne("SELECT count(*) FROM pg_listening_channels()")).isEqualTo("0");
  }

  @Test
  void theAnswerIsThatOfTheStatement() {
    WireClient client = client();
    assertThat(tags(client.query("LISTEN news"))).containsExactly("LISTEN");
    assertThat(tags(client.query("/* a */ UnListen news -- b"))).containsExactly("UNLISTEN");
    assertThat(tags(client.query("listen a; SELECT 1; LISTEN \"b\"; UNLISTEN *")))
        .containsExactly("LISTEN", "SELECT 1", "LISTEN", "UNLISTEN");
    assertThat(tags(extended(client, "LISTEN news"))).containsExactly("LISTEN");
  }

  @Test
  void aSendersOwnNotificationsComeBeforeItIsReady() {
    WireClient client = client();
    client.query("LISTEN own");
    List<WireMessage> answer = client.query("NOTIFY own, 'me'");
    assertThat(types(answer)).isEqualTo("CAZ");
    assertThat(answer.get(1).int32(0)).isEqualTo(processId);
    assertThat(types(client.query("SELECT pg_notify('own', 'me, too')"))).isEqualTo("TDCAZ");
    assertThat(types(client.query("BEGIN; LISTEN fresh; NOTIFY fresh; COMMIT")))
        .isEqualTo("CCCCAZ");
  }

  @Test
  void notificationsOfATriggerAreItsClientsOwn() {
    WireClient client = client();
    client.query(
        "CREATE TABLE watched (a int);"
            + "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$BEGIN PERFORM pg_notify('watched', NEW.a::text); RETURN NEW; END$$;"
            + "CREATE TRIGGER tell AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION tell()");
    client.query("LISTEN watched");
    List<WireMessage> answer = client.query("INSERT INTO watched VALUES (7)");
    assertThat(types(answer)).isEqualTo("CAZ");
    assertThat(answer.get(1).int32(0)).isEqualTo(processId);
  }

  @Test
  void whatAnotherClientSentOnTheSameConnectionIsNotTheClientsOwn() {
    WireClient listener = client();
    int own = processId;
    listener.query("LISTEN turns");
    WireClient sender = client();
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
    WireClient client = client();
    client.query("LISTEN quiet");
    client.query("BEGIN");
    SERVER.execute("NOTIFY quiet, '1'", "NOTIFY quiet, '2'");
    assertThat(types(client.query("SELECT 1"))).isEqualTo("TDCZ");
    assertThat(types(client.query("SAVEPOINT s"))).isEqualTo("CZ");
    assertThat(types(client.query("COMMIT"))).isEqualTo("CAAZ");
  }

  @Test
  void itTakesEffectAtTheCommit() {
    WireClient witness = client();
    witness.query("LISTEN late");
    WireClient client = client();
    client.query("BEGIN");
    client.query("LISTEN late");
    SERVER.execute("NOTIFY late, 'before'");
    assertThat(heard(witness)).isEqualTo("late before");
    assertThat(types(client.query("COMMIT"))).isEqualTo("CZ");
    SERVER.execute("NOTIFY late, 'after'");
    assertThat(heard(client)).isEqualTo("late after");

    client.query("BEGIN");
    client.query("UNLISTEN late");
    client.query("ROLLBACK");
    SERVER.execute("NOTIFY late, 'still'");
    assertThat(heard(client)).isEqualTo("late still");

    client.query("BEGIN; UNLISTEN late");
    SERVER.execute("NOTIFY late, 'too late'");
    assertThat(types(client.query("COMMIT"))).isEqualTo("CZ");
    hearsNothingOf(client, "late");
  }

  @Test
  void aRolledBackListenIsForgotten() {
    WireClient client = client();
    client.query("BEGIN");
    client.query("LISTEN undone");
    client.query("ROLLBACK");
    client.query("BEGIN; LISTEN undone; SELECT 1/0");
    client.query("COMMIT");
    client.query("LISTEN undone; SELECT 1/0");
    client.send(
        parse("", "LISTEN undone"),
        bind("", ""),
        execute("", 0),
        parse("", "SELECT 1/0"),
        bind("", ""),
        execute("", 0),
        sync());
    client.receiveUntil('Z');
    hearsNothingOf(client, "undone");
    assertThat(session().relay().channels()).isEmpty();
  }

  @Test
  void savepointsDecideWhatBecomesOfIt() {
    WireClient client = client();
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
    assertThat(session().relay().channels()).isEmpty();
    client.query("LISTEN chained");
    client.query("ROLLBACK AND CHAIN");
    client.query("COMMIT");
    await()
        .untilAsserted(
            () -> assertThat(session().relay().channels()).containsExactly("kept", "in_c"));
  }

  @Test
  void aFailedTransactionRefusesIt() {
    WireClient client = client();
    client.query("BEGIN");
    client.query("SELECT 1/0");
    assertThat(client.query("LISTEN refused").getFirst().sqlState()).isEqualTo("25P02");
    assertThat(extended(client, "LISTEN refused").stream().anyMatch(m -> m.type() == 'E')).isTrue();
    client.query("ROLLBACK");
    hearsNothingOf(client, "refused");
  }

  @Test
  void namesAreFoldedAndQuotedAsByTheServer() {
    WireClient client = client();
    client.query("LISTEN Folded");
    client.query("LISTEN \"As Is\"\"\"");
    client.query("LISTEN gr\u00fc\u00df");
    client.query("LISTEN \"select\"");
    SERVER.execute(
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
    WireClient client = client();
    client.query("SET client_encoding = 'LATIN1'");
    client.query("LISTEN encoded");
    SERVER.execute("NOTIFY encoded, '\u00fc'");
    byte[] body = client.expect('A').body().toByteArray();
    assertThat(new String(body, 4, body.length - 4, StandardCharsets.ISO_8859_1))
        .isEqualTo("encoded\0\u00fc\0");
  }

  @Test
  void aNameThatIsNotUnderstoodKeepsTheConnectionAsBefore() {
    WireClient client = client();
    client.query("LISTEN U&\"\\0441lat\"");
    assertThat(session().relay().pins()).containsExactly("LISTEN");
    SERVER.execute("NOTIFY \"\u0441lat\", 'pinned'");
    assertThat(heard(client)).isEqualTo("\u0441lat pinned");
    client.query("UNLISTEN *");
    await().untilAsserted(() -> assertThat(session().relay().pins()).isEmpty());
  }

  @Test
  void aPreparedListenWorksOnEveryConnection() {
    WireClient client = client();
    WireClient other = client();
    for (WireClient each : List.of(client, other)) {
      each.send(parse("l", "LISTEN prepared"), parse("u", "UNLISTEN prepared"), sync());
      each.receiveUntil('Z');
    }
    for (int i = 0; i < 4; i++) {
      for (WireClient each : List.of(client, other)) {
        each.send(bind("p", "l"), execute("p", 0), sync());
        assertThat(tags(each.receiveUntil('Z'))).containsExactly("LISTEN");
      }
      SERVER.execute("NOTIFY prepared, '" + i + "'");
      assertThat(heard(client)).isEqualTo("prepared " + i);
      assertThat(heard(other)).isEqualTo("prepared " + i);
      other.send(bind("", "u"), execute("", 0), sync());
      assertThat(tags(other.receiveUntil('Z'))).containsExactly("UNLISTEN");
      SERVER.execute("NOTIFY prepared, 'for one'");
      assertThat(heard(client)).isEqualTo("prepared for one");
      other.query("SELECT 1");
    }
    hearsNothingOf(other, "prepared");
  }

  @Test
  void inAPipelineEverythingIsInOrder() {
    WireClient client = client();
    client.send(
        query("SELECT 1"),
        query("LISTEN piped"),
        parse("", "BEGIN"),
        bind("", ""),
        execute("", 0),
        parse("", "LISTEN second"),
        bind("", ""),
        execute("", 0),
        sync(),
        parse("", "NOTIFY second"),
        bind("", ""),
        execute("", 0),
        parse("", "COMMIT"),
        bind("", ""),
        execute("", 0),
        sync(),
        query("NOTIFY piped"),
        query("UNLISTEN *"),
        query("NOTIFY piped"));
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 7; i++) {
      all.append(types(client.receiveUntil('Z'))).append(' ');
    }
    assertThat(all.toString().strip()).isEqualTo("TDCZ CZ 12C12CZ 12C12CAZ CAZ CZ CZ");
  }

  @Test
  void discardAllAndUnlistenEndAllOfIt() {
    for (String end : List.of("DISCARD ALL", "UNLISTEN *")) {
      WireClient client = client();
      client.query("LISTEN a; LISTEN b");
      client.query(end);
      hearsNothingOf(client, "a");
      hearsNothingOf(client, "b");
      await().until(() -> channels() == 0);
    }
  }

  @Test
  void manyClientsAndChannelsShareOneConnection() {
    List<WireClient> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      WireClient client = client();
      client.query("LISTEN everyone; LISTEN channel_" + i % 10);
      all.add(client);
    }
    assertThat(
            SERVER.queryOne("SELECT count(*) FROM pg_stat_activity WHERE usename = '" + ROLE + "'"))
        .isIn("2", "3");
    assertThat(pool().listening()).isEqualTo(new ListeningConnection.View(true, 11, 30));
    for (int i = 0; i < 10; i++) {
      SERVER.execute("NOTIFY channel_" + i + ", 'to " + i + "'");
    }
    SERVER.execute("NOTIFY everyone, 'last'");
    for (int i = 0; i < 30; i++) {
      assertThat(heard(all.get(i))).isEqualTo("channel_" + i % 10 + " to " + i % 10);
      assertThat(heard(all.get(i))).isEqualTo("everyone last");
    }
  }

  @Test
  void aClientThatDiesLeavesNothing() {
    WireClient client = client();
    client.query("LISTEN orphan");
    client.query("BEGIN; LISTEN other_orphan");
    await().until(() -> channels() == 2);
    client.reset();
    await().until(() -> channels() == 0);
  }

  @Test
  void aLostListeningConnectionIsOpenedAgainAndClientsAreWarned() {
    WireClient client = client();
    client.query("LISTEN lossy");
    WireClient inTransaction = client();
    inTransaction.query("LISTEN lossy");
    inTransaction.query("BEGIN");
    SERVER.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
            + ROLE
            + "' AND application_name LIKE '%listening%'");
    WireMessage notice = client.expect('N');
    assertThat(notice.severity()).isEqualTo("WARNING");
    assertThat(notice.sqlState()).isEqualTo("01000");
    SERVER.execute("NOTIFY lossy, 'again'");
    assertThat(heard(client)).isEqualTo("lossy again");
    assertThat(types(inTransaction.query("COMMIT"))).isEqualTo("CNAZ");
  }

  @Test
  void aClientThatLeavesTooMuchBehindIsCutOffAndOthersAreNot() {
    WireClient sleeper = client();
    sleeper.query("LISTEN flood");
    WireClient reader = client();
    reader.query("LISTEN flood");
    sleeper.query("BEGIN");
    for (int i = 0; i < 11; i++) {
      SERVER.execute(
          "SELECT pg_notify('flood', '%d ' || n) FROM generate_series(1, 1000) n".formatted(i));
      for (int n = 1; n <= 1000; n++) {
        assertThat(heard(reader)).isEqualTo("flood " + i + " " + n);
      }
    }
    sleeper.expectFatal("54000");
    assertThat(reader.queryOne("SELECT 1")).isEqualTo("1");
  }

  @Test
  void aClientThatDoesNotReadIsCutOffAndOthersAreNot() {
    WireClient deaf = client();
    deaf.query("LISTEN flood");
    WireClient reader = client();
    reader.query("LISTEN flood");
    reader.patience(Duration.ofSeconds(30));
    String payload = "x".repeat(7900);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              SERVER.execute(
                  "SELECT pg_notify('flood', n || '%s') FROM generate_series(1, 200) n"
                      .formatted(payload));
              for (int n = 1; n <= 200; n++) {
                reader.expect('A');
              }
              return POSTERN.server().registry().sessions().size() == 1;
            });
  }

  @Test
  void theConnectionIsClosedSomeTimeAfterTheLastHasGone() {
    WireClient client = client();
    client.query("LISTEN short");
    assertThat(pool().listening().open()).isTrue();
    client.query("UNLISTEN short");
    await().atMost(Duration.ofSeconds(20)).until(() -> !pool().listening().open());
    client.query("LISTEN short");
    SERVER.execute("NOTIFY short, 'open again'");
    assertThat(heard(client)).isEqualTo("short open again");
  }

  @Test
  void aListenThatCannotBeInForceIsRefusedInItsPlace() {
    String role = "listen_crowded_role";
    try (RunningPostern postern = Pools.before(SERVER, Pools.transactions(1))) {
      Pools.createRole(SERVER, postern, role);
      SERVER.execute("ALTER ROLE listen_crowded_role CONNECTION LIMIT 1");
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login(role, Pools.PASSWORD, "postgres");
        client.query("BEGIN");
        client.send(query("LISTEN crowded"), query("SELECT 1"));
        WireMessage error = client.receiveUntil('Z').getFirst();
        assertThat(error.sqlState()).isEqualTo("53300");
        assertThat(client.receiveUntil('Z').getFirst().sqlState()).isEqualTo("25P02");
        client.query("ROLLBACK");
        SERVER.execute("ALTER ROLE listen_crowded_role CONNECTION LIMIT 2");
        assertThat(types(client.query("LISTEN crowded"))).isEqualTo("CZ");
        assertThat(types(client.query("NOTIFY crowded"))).isEqualTo("CAZ");
      }
    }
  }

  @Test
  void itIsAllowedWhereNothingMayBeLeftInTheSession() {
    String role = "listen_strict_role";
    Pooling strict =
        Pooling.TRANSACTION.with(
            pool -> pool.mode(Pooling.Mode.STATEMENT).sessionState(Pooling.SessionState.REFUSE));
    try (RunningPostern postern = Pools.before(SERVER, strict)) {
      Pools.createRole(SERVER, postern, role);
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login(role, Pools.PASSWORD, "postgres");
        assertThat(types(client.query("LISTEN strict"))).isEqualTo("CZ");
        assertThat(types(client.query("NOTIFY strict"))).isEqualTo("CAZ");
        assertThat(client.query("LISTEN U&\"strict\"").getFirst().sqlState()).isEqualTo("0A000");
      }
    }
  }

  private WireClient client() {
    WireClient client = WireClient.connect(POSTERN.address());
    clients.add(client);
    processId = client.login(ROLE, Pools.PASSWORD, "postgres").processId();
    return client;
  }

  private static Session session() {
    return POSTERN.server().registry().sessions().iterator().next();
  }

  private static Pool pool() {
    return POSTERN.server().pools().all().iterator().next();
  }

  private static int channels() {
    return pool().listening().channels();
  }

  private static List<WireMessage> extended(WireClient client, String sql) {
    client.send(parse("", sql), bind("", ""), execute("", 0), sync());
    return client.receiveUntil('Z');
  }

  /** The channel and the payload of the notification that must come next. */
  private static String heard(WireClient client) {
    return String.join(" ", client.expect('A').strings(4));
  }

  /** Its own notifications would come before it is ready. */
  private static void hearsNothingOf(WireClient client, String channel) {
    assertThat(types(client.query("NOTIFY " + channel))).isEqualTo("CZ");
  }

  private static String types(List<WireMessage> messages) {
    StringBuilder types = new StringBuilder();
    messages.forEach(message -> types.append(message.type()));
    return types.toString();
  }

  private static List<String> tags(List<WireMessage> messages) {
    return messages.stream()
        .filter(message -> message.type() == 'C')
        .map(message -> message.strings(0).getFirst())
        .toList();
  }
}
