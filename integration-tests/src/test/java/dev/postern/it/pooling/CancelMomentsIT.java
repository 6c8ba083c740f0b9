package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.it.SleepingQueries;
import dev.postern.testkit.BackendPackets;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Cancels that come at a bad moment. The server is scripted: it has to be slow at that moment. */
final class CancelMomentsIT {
  private static final String ROLE = "cancel_moments_role";

  /** For what must not happen. */
  private static final Duration A_WHILE = Duration.ofMillis(300);

  private final AtomicInteger cancels = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @Test
  void aCancelWaitsUntilTheClientsSettingsAreRestored() throws Exception {
    cancelWhileRestoring(
        connection -> {
          sendSet(connection, "mine");
          await().until(() -> cancels.get() == 1);
          connection.send(
              BackendPackets.error("ERROR", "57014", "canceling statement due to user request"),
              BackendPackets.readyForQuery('I'));
        },
        SleepingQueries::expectCancelled);
  }

  @Test
  void aCancelIsGivenUpWhereTheSettingsCannotBeRestored() throws Exception {
    cancelWhileRestoring(
        connection ->
            connection.send(
                BackendPackets.error("ERROR", "22023", "no such setting"),
                BackendPackets.readyForQuery('I')),
        client ->
            assertThat(Pools.errorsUntilTheEnd(client))
                .singleElement()
                .satisfies(error -> assertThat(error.sqlState()).isEqualTo("XX000")));
  }

  /**
   * Cancels a query for which the client's settings have to be restored first.
   *
   * @param answer of the server to that, when the request is there
   */
  private void cancelWhileRestoring(FakeBackend.Script answer, Consumer<WireClient> expectation)
      throws InterruptedException {
    try (FakeBackend server = FakeBackend.start(connection -> restoreSlowly(connection, answer));
        RunningPostern postern = before(server);
        WireClient client = WireClient.connect(postern.address());
        WireClient other = WireClient.connect(postern.address())) {
      WireClient.Greeting key = login(client, "mine");
      login(other, "other");
      client.send(FrontendPackets.query("SELECT 1"));
      asked.await();
      Thread canceller = cancel(postern.address(), key);
      await().during(A_WHILE).until(() -> cancels.get() == 0);
      goOn.countDown();
      expectation.accept(client);
      canceller.join();
    }
  }

  private void restoreSlowly(WireServer connection, FakeBackend.Script answer) throws Exception {
    if (connection.startup().isCancelRequest()) {
      cancels.incrementAndGet();
      return;
    }
    greet(connection);
    connection.expect('Q'); // SET application_name
    connection.expect('Q');
    asked.countDown();
    goOn.await();
    answer.play(connection);
    connection.readToEnd();
  }

  @Test
  void aConnectionThatIsBeingCancelledIsNotHandedOut() throws Exception {
    try (FakeBackend server = FakeBackend.start(this::takeCancelSlowly);
        RunningPostern postern = before(server);
        WireClient first = WireClient.connect(postern.address());
        WireClient second = WireClient.connect(postern.address())) {
      WireClient.Greeting key = first.login(ROLE, Pools.PASSWORD, "postgres");
      second.login(ROLE, Pools.PASSWORD, "postgres");
      first.send(FrontendPackets.query("SELECT 'first'"));
      Thread canceller = cancel(postern.address(), key);
      assertThat(Pools.value(first.receiveUntil('Z'))).isEqualTo("SELECT 'first'");
      second.send(FrontendPackets.query("SELECT 'second'"));
      await().during(A_WHILE).until(() -> waiting(postern) == 1);
      goOn.countDown();
      assertThat(Pools.value(second.receiveUntil('Z'))).isEqualTo("SELECT 'second'");
      canceller.join();
    }
  }

  /** It may take the request later, whoever has the connection then. */
  @Test
  void aConnectionIsNotHandedOutWhoseServerHasNotTakenTheCancel() throws Exception {
    try (FakeBackend server = FakeBackend.start(this::neverTakeTheCancel);
        RunningPostern postern = before(server, "timeouts.connect", "2s");
        WireClient first = WireClient.connect(postern.address());
        WireClient second = WireClient.connect(postern.address())) {
      WireClient.Greeting key = first.login(ROLE, Pools.PASSWORD, "postgres");
      second.login(ROLE, Pools.PASSWORD, "postgres");
      first.send(FrontendPackets.query("SELECT pg_backend_pid()"));
      cancel(postern.address(), key).join();
      goOn.countDown();
      String cancelled = Pools.value(first.receiveUntil('Z'));
      assertThat(second.queryOne("SELECT pg_backend_pid()")).isNotEqualTo(cancelled);
    }
  }

  private void neverTakeTheCancel(WireServer connection) throws InterruptedException {
    if (connection.startup().isCancelRequest()) {
      asked.countDown();
      connection.readToEnd();
      return;
    }
    int number = connections.incrementAndGet();
    connection.greet();
    connection.expect('Q');
    if (number == 1) {
      goOn.await();
    }
    connection.send(
        BackendPackets.rowDescription("pid"),
        BackendPackets.dataRow("connection " + number),
        BackendPackets.commandComplete("SELECT 1"),
        BackendPackets.readyForQuery('I'));
    connection.readToEnd();
  }

  /** Whoever asked has left by then: the login's time is that of a cancel request, too. */
  @Test
  void aConnectionComesBackThoughNobodyWaitsForItsCancelAnyMore() throws Exception {
    try (FakeBackend server =
            FakeBackend.start(
                connection ->
                    restoreSlowly(
                        connection,
                        restored -> {
                          sendSet(restored, "mine");
                          restored.send(
                              BackendPackets.commandComplete("SELECT 0"),
                              BackendPackets.readyForQuery('I'));
                          restored.echoQueries();
                        }));
        RunningPostern postern = before(server, "timeouts.login", "3s");
        WireClient client = WireClient.connect(postern.address());
        WireClient other = WireClient.connect(postern.address())) {
      WireClient.Greeting key = login(client, "mine");
      login(other, "other");
      client.send(FrontendPackets.query("SELECT 1"));
      asked.await();
      cancel(postern.address(), key).join();
      goOn.countDown();
      client.receiveUntil('Z');
      assertThat(client.queryOne("SELECT 2")).isEqualTo("SELECT 2");
      assertThat(cancels).hasValue(0);
    }
  }

  private void takeCancelSlowly(WireServer connection) throws InterruptedException {
    if (connection.startup().isCancelRequest()) {
      asked.countDown();
      goOn.await();
      return;
    }
    connection.greet();
    connection.expect('Q');
    asked.await(); // answers only when the cancel is under way
    connection.send(
        BackendPackets.rowDescription("sql"),
        BackendPackets.dataRow("SELECT 'first'"),
        BackendPackets.commandComplete("SELECT 1"),
        BackendPackets.readyForQuery('I'));
    connection.echoQueries();
  }

  private static long waiting(RunningPostern postern) {
    return postern.server().registry().sessions().stream()
        .filter(session -> session.relay().isWaiting())
        .count();
  }

  /** Lets the gateway in, and takes what its two clients ask for at their start. */
  private static void greet(WireServer connection) {
    connection.send(
        BackendPackets.authenticationOk(),
        BackendPackets.parameterStatus("server_version", "17.0"),
        BackendPackets.parameterStatus("client_encoding", "UTF8"),
        BackendPackets.parameterStatus("application_name", ""),
        BackendPackets.backendKeyData(4711, new byte[] {1, 2, 3, 4}),
        BackendPackets.readyForQuery('I'));
    for (String name : List.of("mine", "", "other")) {
      connection.expect('Q');
      sendSet(connection, name);
    }
  }

  private static void sendSet(WireServer connection, String applicationName) {
    connection.send(
        BackendPackets.parameterStatus("application_name", applicationName),
        BackendPackets.commandComplete("SET"),
        BackendPackets.readyForQuery('I'));
  }

  private static WireClient.Greeting login(WireClient client, String applicationName) {
    client.send(
        FrontendPackets.startup(
            "user", ROLE, "database", "postgres", "application_name", applicationName));
    client.authenticate(ROLE, Pools.PASSWORD);
    return client.greeting();
  }

  /** Ends when the request has been dealt with. */
  private static Thread cancel(InetSocketAddress address, WireClient.Greeting key) {
    return Thread.startVirtualThread(() -> WireClient.cancel(address, key));
  }

  private static RunningPostern before(FakeBackend server) {
    return before(server, "timeouts.login", "60s");
  }

  private static RunningPostern before(FakeBackend server, String setting, String value) {
    Backend backend = new Backend("127.0.0.1", server.port(), BackendTls.DISABLED);
    Route route =
        new Route("fake", List.of(backend), null, BackendLogin.AS_CLIENT, Pools.transactions(1));
    RunningPostern postern =
        RunningPostern.builder().setting(setting, value).router(request -> route).start();
    postern.addUser(ROLE, Pools.PASSWORD);
    return postern;
  }
}
