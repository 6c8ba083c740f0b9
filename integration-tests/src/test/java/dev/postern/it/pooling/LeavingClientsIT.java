package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.terminate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.it.Sessions;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that say what they want, and end their half of the connection or all of it at once. What
 * a server does of that without Postern it does through Postern as well.
 */
final class LeavingClientsIT {
  private static final String ROLE = "leaving_role";
  private static final String DIRECT = "direct";
  private static final TestCertificate AUTHORITY = TestCertificate.authority("leaving clients");
  private static final AtomicInteger IDS = new AtomicInteger();

  private static final Map<String, RunningPostern> GATEWAYS = new LinkedHashMap<>();
  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE left_behind (id int)", "GRANT ALL ON left_behind TO " + ROLE);
    gateway("dedicated", RunningPostern.builder().backend(server, Pooling.DEDICATED));
    gateway(
        "dedicated, counted",
        RunningPostern.builder().backend(server, Pooling.DEDICATED).setting("timeouts.idle", "1h"));
    gateway("session", RunningPostern.builder().backend(server, Pooling.SESSION));
    gateway("transaction", RunningPostern.builder().backend(server, Pools.transactions(2)));
    gateway(
        "dedicated, TLS",
        RunningPostern.builder()
            .backend(server, Pooling.DEDICATED)
            .tls(AUTHORITY.server("localhost")));
    gateway(
        "transaction, TLS",
        RunningPostern.builder()
            .backend(server, Pools.transactions(2))
            .tls(AUTHORITY.server("localhost")));
  }

  private static void gateway(String way, PosternBuilder builder) {
    RunningPostern postern = builder.start();
    postern.importUser(server, ROLE);
    GATEWAYS.put(way, postern);
  }

  @AfterAll
  static void stop() {
    GATEWAYS.values().forEach(RunningPostern::close);
    GATEWAYS.clear();
    server.close();
  }

  /** Nobody works for anyone, and no session is left. */
  @AfterEach
  void leaveNothing() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(server.query("SELECT query FROM pg_stat_activity WHERE " + BUSY))
                  .isEmpty();
              for (RunningPostern postern : GATEWAYS.values()) {
                assertThat(postern.server().registry().sessions()).isEmpty();
              }
            });
  }

  private static final String BUSY =
      "state <> 'idle' AND usename = " + PostgresServer.literal(ROLE);

  static Stream<String> ways() {
    return Stream.concat(Stream.of(DIRECT), GATEWAYS.keySet().stream());
  }

  static Stream<String> plainWays() {
    return ways().filter(way -> !way.contains("TLS"));
  }

  static Stream<String> gateways() {
    return GATEWAYS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("plainWays")
  void getAllAnswersToWhatTheyAskedBeforeTheEndOfTheirHalf(String way) {
    int first = ids(3);
    try (WireClient client = client(way)) {
      client.send(insert(first), insert(first + 1), insert(first + 2));
      client.shutdownOutput();
      for (int i = 0; i < 3; i++) {
        assertThat(client.receiveUntil('Z').getFirst().strings(0)).containsExactly("INSERT 0 1");
      }
      client.expectEnd();
    }
    awaitThere(first, first + 1, first + 2);
  }

  @ParameterizedTest
  @MethodSource("plainWays")
  void getThemBeforeATerminateAsWell(String way) {
    int first = ids(2);
    try (WireClient client = client(way)) {
      client.send(insert(first), insert(first + 1), terminate());
      client.shutdownOutput();
      client.receiveUntil('Z');
      client.receiveUntil('Z');
      client.expectEnd();
    }
    awaitThere(first, first + 1);
  }

  @ParameterizedTest
  @MethodSource("plainWays")
  void getAllOfALongAnswer(String way) {
    try (WireClient client = client(way)) {
      client.send(query("SELECT repeat('x', 1000) FROM generate_series(1, 20000)"), terminate());
      client.shutdownOutput();
      assertThat(client.receiveUntil('Z')).hasSize(20_003);
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void loseNothingThatWaitsForALockWhenTheyClose(String way) {
    loseNothingThatWaits(way, new byte[0]);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void loseNothingThatWaitsForALockWhenTheyTerminate(String way) {
    loseNothingThatWaits(way, terminate());
  }

  private static void loseNothingThatWaits(String way, byte[] last) {
    int id = ids(1);
    try (WireClient holder = locked()) {
      WireClient client = client(way);
      client.send(query("SELECT 1"), insert(id), last);
      client.close();
      Sessions.awaitWaitEvent(server, ROLE, "relation");
      long before = cpuOfEventLoops();
      await()
          .during(Duration.ofMillis(500))
          .atMost(Duration.ofSeconds(5))
          .until(() -> server.query("SELECT 1 FROM pg_locks WHERE NOT granted").size() == 1);
      assertThat(Duration.ofNanos(cpuOfEventLoops() - before)).isLessThan(Duration.ofMillis(250));
      holder.query("COMMIT");
    }
    awaitThere(id);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void loseNoCopyThatIsWhole(String way) {
    int first = ids(1000);
    int[] all = IntStream.range(first, first + 1000).toArray();
    try (WireClient holder = locked()) {
      WireClient client = client(way);
      client.send(query("COPY left_behind FROM STDIN"), rows(all), copyDone(), terminate());
      client.close();
      Sessions.awaitWaitEvent(server, ROLE, "relation");
      holder.query("COMMIT");
    }
    awaitThere(all);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void commitNothingOfACopyThatIsNot(String way) {
    int id = ids(2);
    WireClient client = client(way);
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(insert(id), query("COPY left_behind FROM STDIN"), rows(id + 1));
    shutDown(client, way);
    awaitThere(id);
    awaitGone(pid);
    assertThat(there(id + 1)).isZero();
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void commitNothingBeforeTheSync(String way) {
    int id = ids(2);
    WireClient client = client(way);
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(insert(id), parse("", insertion(id + 1)), bind("", ""), execute("", 0));
    shutDown(client, way);
    awaitThere(id);
    awaitGone(pid);
    assertThat(there(id + 1)).isZero();
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void getDoneWhatCameBeforeHalfAMessage(String way) {
    int id = ids(2);
    WireClient client = client(way);
    byte[] half = insert(id + 1);
    client.send(insert(id), Arrays.copyOf(half, half.length / 2));
    shutDown(client, way);
    awaitThere(id);
    assertThat(there(id + 1)).isZero();
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void keepNoServerBusyWithRowsThatNobodyReads(String way) {
    WireClient client = client(way);
    client.send(query("SELECT repeat('x', 1000), generate_series(1, 100000000)"), terminate());
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void mayEndInTheMiddleOfAPipelineOfTheExtendedProtocol(String way) {
    int id = ids(3);
    WireClient client = client(way);
    client.send(
        parse("", insertion(id)),
        bind("", ""),
        execute("", 0),
        sync(),
        parse("", "SELECT 1 / 0"),
        bind("", ""),
        execute("", 0),
        parse("", insertion(id + 1)),
        bind("", ""),
        execute("", 0),
        sync(),
        parse("", insertion(id + 2)),
        bind("", ""),
        execute("", 0),
        sync());
    shutDown(client, way);
    awaitThere(id, id + 2);
    assertThat(there(id + 1)).isZero();
    client.close();
  }

  @Test
  void waitForAConnectionOfThePoolWithWhatTheyLeft() {
    int id = ids(1);
    try (RunningPostern postern = Pools.before(server, Pools.transactions(1), ROLE);
        WireClient holder = Way.through(postern, ROLE).wire()) {
      WireClient client = Way.through(postern, ROLE).wire();
      holder.query("BEGIN");
      client.send(insert(id));
      client.close();
      await().until(() -> postern.server().registry().sessions().size() == 2);
      holder.query("COMMIT");
      awaitThere(id);
      await().until(() -> postern.server().registry().sessions().size() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEDICATED", "TRANSACTION"})
  void areGoneWhenAnInterceptorDecidesAboutTheirLast(String pooling) {
    int id = ids(2);
    CompletableFuture<Verdict<FrontendMessage>> verdict = new CompletableFuture<>();
    MessageInterceptor thinker =
        (session, interests) -> {
          interests.interceptFrontend(
              Query.class,
              query ->
                  query.sql().equals(insertion(id)) ? Verdict.later(verdict) : Verdict.forward());
        };
    Pooling mode = pooling.equals("DEDICATED") ? Pooling.DEDICATED : Pools.transactions(1);
    try (RunningPostern postern =
        RunningPostern.builder().backend(server, mode).interceptor("thinker", thinker).start()) {
      postern.importUser(server, ROLE);
      WireClient client = Way.through(postern, ROLE).wire();
      client.send(insert(id), insert(id + 1));
      client.shutdownOutput();
      verdict.completeOnTimeout(Verdict.forward(), 200, TimeUnit.MILLISECONDS);
      client.receiveUntil('Z');
      client.receiveUntil('Z');
      client.expectEnd();
      awaitThere(id, id + 1);
      await().until(() -> postern.server().registry().sessions().isEmpty());
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  void loseNothingWithAnyTransport(String transport) {
    for (Pooling mode : List.of(Pooling.DEDICATED, Pools.transactions(1))) {
      try (RunningPostern postern =
          RunningPostern.builder()
              .backend(server, mode)
              .setting("network.transport", transport)
              .start()) {
        postern.importUser(server, ROLE);
        int id = ids(2);
        try (WireClient client = Way.through(postern, ROLE).wire()) {
          client.send(insert(id), insert(id + 1));
          client.shutdownOutput();
          client.receiveUntil('Z');
          client.receiveUntil('Z');
          client.expectEnd();
        }
        awaitThere(id, id + 1);
        try (WireClient holder = locked()) {
          id = ids(1);
          WireClient client = Way.through(postern, ROLE).wire();
          client.send(insert(id));
          client.close();
          Sessions.awaitWaitEvent(server, ROLE, "relation");
          holder.query("COMMIT");
        }
        awaitThere(id);
        await().until(() -> postern.server().registry().sessions().isEmpty());
      }
    }
  }

  /** Nobody looks again and again for more from a client that has gone. */
  private static long cpuOfEventLoops() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("loop"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  private static int ids(int count) {
    return IDS.getAndAdd(count);
  }

  private static String insertion(int id) {
    return "INSERT INTO left_behind VALUES (" + id + ")";
  }

  private static byte[] insert(int id) {
    return query(insertion(id));
  }

  private static byte[] rows(int... ids) {
    StringBuilder rows = new StringBuilder();
    Arrays.stream(ids).forEach(id -> rows.append(id).append('\n'));
    return copyData(rows.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void awaitThere(int... ids) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(there(ids)).isEqualTo(ids.length));
  }

  private static int there(int... ids) {
    return Integer.parseInt(
        server.queryOne(
            "SELECT count(*) FROM left_behind WHERE id = ANY ('"
                + Arrays.toString(ids).replace('[', '{').replace(']', '}')
                + "')"));
  }

  /** A connection that waits in a pool has no transaction. */
  private static void awaitGone(String pid) {
    await()
        .until(
            () ->
                server
                    .query(
                        "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND %s".formatted(pid, BUSY))
                    .isEmpty());
  }

  /** Nobody else gets at the table until its transaction ends. */
  private static WireClient locked() {
    WireClient holder = WireClient.connect(server.address());
    holder.login(ROLE, Pools.PASSWORD, "postgres");
    holder.query("BEGIN; LOCK TABLE left_behind IN SHARE MODE");
    return holder;
  }

  /** With TLS, Java's socket cannot say so without closing. */
  private static void shutDown(WireClient client, String way) {
    if (way.contains("TLS")) {
      client.close();
    } else {
      client.shutdownOutput();
    }
  }

  private static WireClient client(String way) {
    RunningPostern postern = GATEWAYS.get(way);
    WireClient client = WireClient.connect(postern == null ? server.address() : postern.address());
    if (way.contains("TLS")) {
      client.startTls(TestTls.client(AUTHORITY));
    }
    client.login(ROLE, Pools.PASSWORD, "postgres");
    return client;
  }
}
