package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.WireMessage.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.Door;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.WireServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The connection that listens for the clients of a pool is there, and the server says nothing. */
final class SilentListenerIT {
  private static final String ROLE = "silent_listener_role";

  /** A question is asked after half a second, and given up after ten. */
  private static final Duration FOUND_WITHIN = Duration.ofSeconds(20);

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE told (id int)", "GRANT ALL ON told TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void itIsReplacedThoughNobodyAsksItAnything() throws Exception {
    try (RunningPostern postern = postern(server.port());
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.query("LISTEN news");
      String process = listeningProcess();
      signal("STOP", process);
      try {
        server.execute("NOTIFY news, 'not heard'");
        servesAtOnce(other);
        WireMessage warning = client.expect('N');
        assertThat(warning.sqlState()).isEqualTo("01000");
        server.execute("NOTIFY news, 'heard'");
        assertThat(client.expect('A').strings(4)).containsExactly("news", "heard");
      } finally {
        signal("CONT", process);
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> !listeningProcess().equals(process));
    }
  }

  @Test
  void clientsThatListenWaitForItNoLongerThanForAnAnswerAndOthersNotAtAll() throws Exception {
    try (RunningPostern postern = postern(server.port());
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.query("LISTEN news");
      String process = listeningProcess();
      signal("STOP", process);
      try {
        client.send(query("INSERT INTO told VALUES (1); NOTIFY news, 'its own'"));
        servesAtOnce(other);
        assertThat(types(client.receiveUntil('Z'))).startsWith("CC").endsWith("Z");
        assertThat(client.expect('N').sqlState()).isEqualTo("01000");
        assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
        assertThat(other.queryOne("SELECT count(*) FROM told")).isEqualTo("1");
      } finally {
        signal("CONT", process);
      }
    }
  }

  @Test
  void aListenIsRefusedInItsPlaceWhereTheServerTakesTheConnectionAndSaysNothing() {
    try (FakeBackend silent = FakeBackend.start(SilentListenerIT::takeAndSayNothing);
        Door door = Door.to(server::address);
        RunningPostern postern = postern(door.address().getPort());
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.query("BEGIN");
      other.query("SELECT 1"); // on a second connection, both of which remain
      client.query("COMMIT");
      door.leadTo(silent::address);
      client.send(query("LISTEN news"));
      servesAtOnce(other);
      assertThat(client.receiveUntil('Z').getFirst().sqlState()).isEqualTo("57P03");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      door.leadTo(server::address);
      await()
          .atMost(FOUND_WITHIN)
          .until(() -> client.query("LISTEN news").getFirst().type() == 'C');
      server.execute("NOTIFY news, 'heard'");
      assertThat(client.expect('A').strings(4)).containsExactly("news", "heard");
    }
  }

  @Test
  void whoWaitsToListenLeavesTheOnlyConnectionToOthersAndCanCancel() {
    try (FakeBackend silent = FakeBackend.start(SilentListenerIT::takeAndSayNothing);
        Door door = Door.to(server::address);
        RunningPostern postern = postern(door.address().getPort(), 1);
        WireClient client = WireClient.connect(postern.address());
        WireClient other = client(postern)) {
      WireClient.Greeting key = client.login(ROLE, Pools.PASSWORD, "postgres");
      client.patience(FOUND_WITHIN);
      door.leadTo(silent::address);
      client.send(query("LISTEN news"));
      await().until(() -> pool(postern).listening().clients() == 1);
      servesAtOnce(other);
      other.query("BEGIN");
      await().atMost(FOUND_WITHIN).until(() -> pool(postern).waiting() == 1); // to be refused
      WireClient.cancel(postern.address(), key);
      assertThat(client.expectError().sqlState()).isEqualTo("57014");
      client.expect('Z');
      other.query("COMMIT");
      door.leadTo(server::address);
      assertThat(types(client.query("LISTEN news"))).isEqualTo("CZ");
      server.execute("NOTIFY news, 'heard'");
      assertThat(client.expect('A').strings(4)).containsExactly("news", "heard");
    }
  }

  @Test
  void whoWaitsToListenInATransactionKeepsItsConnection() {
    try (FakeBackend silent = FakeBackend.start(SilentListenerIT::takeAndSayNothing);
        Door door = Door.to(server::address);
        RunningPostern postern = postern(door.address().getPort(), 1);
        WireClient client = client(postern)) {
      client.query("BEGIN");
      String process = client.queryOne("SELECT pg_backend_pid()");
      door.leadTo(silent::address);
      client.send(query("LISTEN news"));
      await().until(() -> pool(postern).listening().clients() == 1);
      assertThat(connectionsInUse(postern)).isEqualTo(1);
      door.leadTo(server::address);
      assertThat(client.receiveUntil('Z').getFirst().sqlState()).isEqualTo("57P03");
      client.query("ROLLBACK");
      assertThat(client.queryOne("SELECT pg_backend_pid()")).isEqualTo(process);
    }
  }

  @Test
  void whoWantsAChannelThatAnotherIsRefusedHasAnAnswerOfItsOwn() throws Exception {
    try (RunningPostern postern = postern(server.port());
        WireClient first = client(postern);
        WireClient refused = client(postern);
        WireClient client = client(postern)) {
      first.query("LISTEN first");
      Pool pool = postern.server().pools().all().iterator().next();
      String process = listeningProcess();
      signal("STOP", process);
      try {
        byte[] notUtf8 = query("LISTEN news; LISTEN \"?\"");
        notUtf8[notUtf8.length - 3] = (byte) 0xff;
        refused.send(notUtf8);
        await().until(() -> pool.listening().clients() == 2);
        client.send(query("LISTEN news"));
        await().until(() -> pool.listening().clients() == 3);
      } finally {
        signal("CONT", process);
      }
      assertThat(refused.receiveUntil('Z').getFirst().sqlState()).isEqualTo("22021");
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("CZ");
      server.execute("NOTIFY news, 'heard'");
      assertThat(client.expect('A').strings(4)).containsExactly("news", "heard");
    }
  }

  @Test
  void aClientThatWaitsForItToBeginCanCancelWhatItWants() throws Exception {
    try (RunningPostern postern = postern(server.port());
        WireClient client = WireClient.connect(postern.address());
        WireClient other = client(postern)) {
      WireClient.Greeting key = client.login(ROLE, Pools.PASSWORD, "postgres");
      client.query("LISTEN news");
      String process = listeningProcess();
      signal("STOP", process);
      try {
        client.send(query("SELECT 'never'"), query("SELECT 'behind'"));
        await().until(() -> connectionsInUse(postern) == 1);
        WireClient.cancel(postern.address(), key);
        assertThat(client.expectError().sqlState()).isEqualTo("57014");
        client.expect('Z');
        servesAtOnce(other);
        WireClient.cancel(postern.address(), key);
        assertThat(client.expectError().sqlState()).isEqualTo("57014");
        client.expect('Z');
        await().until(() -> connectionsInUse(postern) == 0);
      } finally {
        signal("CONT", process);
      }
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      server.execute("NOTIFY news, 'heard'");
      assertThat(client.expect('A').strings(4)).containsExactly("news", "heard");
    }
  }

  @Test
  void aClientThatWaitsToListenCanCancelThatAndTryAgain() throws Exception {
    try (RunningPostern postern = postern(server.port());
        WireClient first = client(postern);
        WireClient client = WireClient.connect(postern.address())) {
      WireClient.Greeting key = client.login(ROLE, Pools.PASSWORD, "postgres");
      first.query("LISTEN first");
      Pool pool = postern.server().pools().all().iterator().next();
      String process = listeningProcess();
      signal("STOP", process);
      try {
        client.query("BEGIN");
        client.send(query("LISTEN news"));
        await().until(() -> pool.listening().clients() == 2);
        WireClient.cancel(postern.address(), key);
        assertThat(client.expectError().sqlState()).isEqualTo("57014");
        client.expect('Z');
        assertThat(client.query("SELECT 1").getFirst().sqlState()).isEqualTo("25P02");
        client.query("ROLLBACK");
        client.send(query("LISTEN news"));
      } finally {
        signal("CONT", process);
      }
      assertThat(types(client.receiveUntil('Z'))).isEqualTo("CZ");
      server.execute("NOTIFY news, 'heard'");
      assertThat(client.expect('A').strings(4)).containsExactly("news", "heard");
    }
  }

  private static void takeAndSayNothing(WireServer connection) {
    connection.patience(Duration.ofMinutes(1));
    connection.readToEnd();
  }

  private static int connectionsInUse(RunningPostern postern) {
    Pool pool = pool(postern);
    return pool.open() - pool.idle();
  }

  private static void servesAtOnce(WireClient other) {
    other.patience(Duration.ofSeconds(5));
    for (int i = 0; i < 50; i++) {
      assertThat(other.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
    }
  }

  private static String listeningProcess() {
    List<String> all =
        server.query(
            "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'postern (listening)'"
                + " AND usename = '"
                + ROLE
                + "'");
    return all.isEmpty() ? "" : all.getFirst();
  }

  private static void signal(String name, String process) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, process).start().waitFor()).isZero();
  }

  private static WireClient client(RunningPostern postern) {
    WireClient client = Way.through(postern, ROLE).wire();
    client.patience(FOUND_WITHIN);
    return client;
  }

  private static Pool pool(RunningPostern postern) {
    return postern.server().pools().all().iterator().next();
  }

  private static RunningPostern postern(int port) {
    return postern(port, 2);
  }

  private static RunningPostern postern(int port, int size) {
    Pooling pooling =
        Pools.transactions(size).with(pool -> pool.checkAfter(Duration.ofMillis(500)));
    Backend backend = new Backend("127.0.0.1", port, BackendTls.DISABLED);
    Route route = new Route("server", List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
    RunningPostern postern = RunningPostern.builder().router(request -> route).start();
    postern.importUser(server, ROLE);
    return postern;
  }
}
