package dev.postern.it.pooling;

import static dev.postern.it.pooling.ListeningClients.heard;
import static dev.postern.testkit.FrontendPackets.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.pool.ListeningConnection;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The one connection on which a pool listens for all its clients. */
final class ListeningConnectionIT {
  private static final String ROLE = "listening_connection_role";

  @RegisterExtension private static final ListeningClients LISTENING = new ListeningClients(ROLE);

  /** So much that others wait for a client to read it. */
  private static final int BURST_SIZE = 15_000;

  private static final String BURST =
      "SELECT pg_notify('burst', n::text) FROM generate_series(1, " + BURST_SIZE + ") n";

  @Test
  void manyClientsAndChannelsShareOneConnection() {
    List<WireClient> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      WireClient client = LISTENING.client();
      client.query("LISTEN everyone; LISTEN channel_" + i % 10);
      all.add(client);
    }
    // What tests before have left goes a moment after their sessions.
    await()
        .untilAsserted(
            () -> {
              assertThat(
                      LISTENING
                          .server()
                          .queryOne(
                              "SELECT count(*) FROM pg_stat_activity WHERE usename = '"
                                  + ROLE
                                  + "'"))
                  .isIn("2", "3");
              assertThat(LISTENING.pool().listening())
                  .isEqualTo(new ListeningConnection.View(true, 11, 30));
            });
    for (int i = 0; i < 10; i++) {
      LISTENING.server().execute("NOTIFY channel_" + i + ", 'to " + i + "'");
    }
    LISTENING.server().execute("NOTIFY everyone, 'last'");
    for (int i = 0; i < 30; i++) {
      assertThat(heard(all.get(i))).isEqualTo("channel_" + i % 10 + " to " + i % 10);
      assertThat(heard(all.get(i))).isEqualTo("everyone last");
    }
  }

  @Test
  void aClientThatDiesLeavesNothing() {
    WireClient client = LISTENING.client();
    client.query("LISTEN orphan");
    client.query("BEGIN; LISTEN other_orphan");
    await().until(() -> LISTENING.channels() == 2);
    client.reset();
    await().until(() -> LISTENING.channels() == 0);
  }

  @Test
  void aClientListensToAThousandChannelsAndNoMore() {
    WireClient client = LISTENING.client();
    listenToThousand(client, "own");
    assertThat(client.query("LISTEN one_more").getFirst().sqlState()).isEqualTo("54000");
    assertThat(WireMessage.types(client.query("LISTEN own_1"))).isEqualTo("CZ");
    assertThat(WireMessage.types(LISTENING.client().query("LISTEN one_more"))).isEqualTo("CZ");
    client.query("UNLISTEN own_1");
    assertThat(WireMessage.types(client.query("LISTEN one_more; NOTIFY one_more")))
        .isEqualTo("CCAZ");
  }

  @Test
  void manyChannelsAreListenedToAgain() {
    List<WireClient> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      WireClient client = LISTENING.client();
      listenToThousand(client, "channel_of_" + i);
      all.add(client);
    }
    endListening();
    for (int i = 0; i < 3; i++) {
      assertThat(all.get(i).expect('N').sqlState()).isEqualTo("01000");
      LISTENING.server().execute("NOTIFY channel_of_%d_1".formatted(i));
      LISTENING.server().execute("NOTIFY channel_of_%d_1000, 'last'".formatted(i));
      assertThat(heard(all.get(i))).isEqualTo("channel_of_%d_1 ".formatted(i));
      assertThat(heard(all.get(i))).isEqualTo("channel_of_%d_1000 last".formatted(i));
    }
  }

  private static void listenToThousand(WireClient client, String prefix) {
    String statements =
        IntStream.rangeClosed(1, 1000)
            .mapToObj(n -> "LISTEN " + prefix + "_" + n)
            .collect(Collectors.joining("; "));
    assertThat(client.query(statements)).hasSize(1001);
  }

  @Test
  void oneThatCannotBeOpenedIsTriedOncePerPauseHoweverManyAskForIt() {
    WireClient client = LISTENING.client();
    client.query("LISTEN patient");
    WireClient other = LISTENING.client();
    LISTENING.server().execute("ALTER ROLE " + ROLE + " NOLOGIN");
    try {
      endListening();
      for (int i = 0; i < 15; i++) {
        assertThat(other.query("LISTEN impatient_" + i).getFirst().type()).isEqualTo('E');
      }
      int before = refusals();
      await()
          .during(Duration.ofSeconds(6))
          .atMost(Duration.ofSeconds(20))
          .until(() -> refusals() - before < 9); // the pause doubles, from 50 ms to 5 s
    } finally {
      LISTENING.server().execute("ALTER ROLE " + ROLE + " LOGIN");
    }
    assertThat(client.expect('N').sqlState()).isEqualTo("01000");
  }

  private static int refusals() {
    return LISTENING.server().log().split("is not permitted to log in", -1).length - 1;
  }

  private static void endListening() {
    LISTENING
        .server()
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                + ROLE
                + "' AND application_name LIKE '%listening%'");
  }

  @Test
  void aLostListeningConnectionIsOpenedAgainAndClientsAreWarned() {
    WireClient client = LISTENING.client();
    client.query("LISTEN lossy");
    WireClient inTransaction = LISTENING.client();
    inTransaction.query("LISTEN lossy");
    inTransaction.query("BEGIN");
    endListening();
    WireMessage notice = client.expect('N');
    assertThat(notice.severity()).isEqualTo("WARNING");
    assertThat(notice.sqlState()).isEqualTo("01000");
    LISTENING.server().execute("NOTIFY lossy, 'again'");
    assertThat(heard(client)).isEqualTo("lossy again");
    assertThat(WireMessage.types(inTransaction.query("COMMIT"))).isEqualTo("CNAZ");
  }

  @Test
  void aClientThatLeavesTooMuchBehindIsCutOffAndOthersAreNot() {
    WireClient sleeper = LISTENING.client();
    sleeper.query("LISTEN flood");
    WireClient reader = LISTENING.client();
    reader.query("LISTEN flood");
    sleeper.query("BEGIN");
    for (int i = 0; i < 11; i++) {
      LISTENING
          .server()
          .execute(
              "SELECT pg_notify('flood', '%d ' || n) FROM generate_series(1, 1000) n".formatted(i));
      for (int n = 1; n <= 1000; n++) {
        assertThat(heard(reader)).isEqualTo("flood " + i + " " + n);
      }
    }
    sleeper.expectFatal("54000");
    assertThat(reader.queryOne("SELECT 1")).isEqualTo("1");
    LISTENING.server().execute("NOTIFY flood, 'behind it'");
    assertThat(heard(reader)).isEqualTo("flood behind it");
  }

  @Test
  void aBurstReachesAClientThatReads() {
    WireClient client = LISTENING.client();
    client.query("LISTEN burst");
    LISTENING.server().execute(BURST);
    hearsBurst(client);
    assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
  }

  @Test
  void aBurstOfItsOwnReachesAClientThatReads() {
    WireClient client = LISTENING.client();
    client.query("LISTEN burst");
    client.send(query(BURST));
    hearsAllAmongReplies(client);
  }

  @Test
  void aBurstDuringATransactionReachesAClientThatEndsIt() {
    WireClient client = LISTENING.client();
    client.query("LISTEN burst");
    WireClient witness = LISTENING.client();
    witness.query("LISTEN burst");
    client.query("BEGIN");
    LISTENING.server().execute(BURST);
    witness.expect('A');
    client.send(query("COMMIT"));
    hearsAllAmongReplies(client);
    assertThat(LISTENING.postern().server().registry().sessions()).hasSize(2);
  }

  private static void hearsAllAmongReplies(WireClient client) {
    for (int heard = 0; heard < BURST_SIZE; ) {
      WireMessage message = client.receive();
      assertThat(message.type()).isNotEqualTo('E');
      heard += message.type() == 'A' ? 1 : 0;
    }
  }

  private static void hearsBurst(WireClient client) {
    for (int n = 1; n <= BURST_SIZE; n++) {
      assertThat(heard(client)).isEqualTo("burst " + n);
    }
  }

  @Test
  void aClientThatDoesNotReadIsCutOffAndOthersAreNot() {
    WireClient deaf = LISTENING.client();
    deaf.query("LISTEN flood");
    WireClient reader = LISTENING.client();
    reader.query("LISTEN flood");
    reader.patience(Duration.ofSeconds(30));
    String payload = "x".repeat(7900);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              LISTENING
                  .server()
                  .execute(
                      "SELECT pg_notify('flood', n || '%s') FROM generate_series(1, 200) n"
                          .formatted(payload));
              for (int n = 1; n <= 200; n++) {
                reader.expect('A');
              }
              return LISTENING.postern().server().registry().sessions().size() == 1;
            });
  }

  /** More than connections hold; by far not most of it is read within five seconds. */
  @Test
  void aClientThatReadsSlowlyButSteadilyHearsAllInOrderAndOthersDoNotWaitForIt() throws Exception {
    int all = 2_500;
    WireClient slow = LISTENING.client();
    slow.query("LISTEN flood");
    WireClient other = LISTENING.client();
    other.query("LISTEN flood; LISTEN beside");
    other.patience(Duration.ofSeconds(20));
    LISTENING
        .server()
        .execute(
            "SELECT pg_notify('flood', n || ' ' || repeat('x', 7900)) FROM generate_series(1, %d) n"
                .formatted(all),
            "NOTIFY beside, 'behind it'");
    AtomicInteger heardBySlow = new AtomicInteger();
    CompletableFuture<Integer> meanwhile =
        CompletableFuture.supplyAsync(
            () -> {
              for (int n = 1; n <= all; n++) {
                heard(other);
              }
              assertThat(heard(other)).isEqualTo("beside behind it");
              return heardBySlow.get();
            });
    long slowUntil = System.nanoTime() + Duration.ofSeconds(12).toNanos();
    for (int n = 1; n <= all; n++) {
      assertThat(heard(slow)).startsWith("flood " + n + " ");
      heardBySlow.set(n);
      if (n % 8 == 0 && System.nanoTime() < slowUntil) {
        Thread.sleep(100);
      }
    }
    assertThat(meanwhile.get()).isLessThan(all / 2);
    assertThat(slow.queryOne("SELECT 1")).isEqualTo("1");
    assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
  }

  @Test
  void theConnectionIsClosedSomeTimeAfterTheLastHasGone() {
    WireClient client = LISTENING.client();
    client.query("LISTEN short");
    assertThat(LISTENING.pool().listening().open()).isTrue();
    client.query("UNLISTEN short");
    await().atMost(Duration.ofSeconds(20)).until(() -> !LISTENING.pool().listening().open());
    client.query("LISTEN short");
    LISTENING.server().execute("NOTIFY short, 'open again'");
    assertThat(heard(client)).isEqualTo("short open again");
  }

  @Test
  void aListenThatCannotBeInForceIsRefusedInItsPlace() {
    String role = "listen_crowded_role";
    try (RunningPostern postern = Pools.before(LISTENING.server(), Pools.transactions(1))) {
      Pools.createRole(LISTENING.server(), postern, role);
      LISTENING.server().execute("ALTER ROLE listen_crowded_role CONNECTION LIMIT 1");
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login(role, Pools.PASSWORD, "postgres");
        client.query("BEGIN");
        client.send(query("LISTEN crowded"), query("SELECT 1"));
        WireMessage error = client.receiveUntil('Z').getFirst();
        assertThat(error.sqlState()).isEqualTo("53300");
        assertThat(client.receiveUntil('Z').getFirst().sqlState()).isEqualTo("25P02");
        client.query("ROLLBACK");
        LISTENING.server().execute("ALTER ROLE listen_crowded_role CONNECTION LIMIT 2");
        assertThat(WireMessage.types(client.query("LISTEN crowded"))).isEqualTo("CZ");
        assertThat(WireMessage.types(client.query("NOTIFY crowded"))).isEqualTo("CAZ");
      }
    }
  }
}
