package dev.postern.it.pooling;

import static dev.postern.it.pooling.LeftBehind.ROLE;
import static dev.postern.it.pooling.LeftBehind.insert;
import static dev.postern.it.pooling.LeftBehind.insertion;
import static dev.postern.it.pooling.LeftBehind.rows;
import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.terminate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.it.Sessions;
import dev.postern.testkit.WireClient;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that say what they want, and end their half of the connection or all of it at once. What
 * a server does of that without Postern it does through Postern as well.
 */
final class LeavingClientsIT {
  private static final String DIRECT = "direct";
  private static final List<String> GATEWAYS =
      List.of(
          "dedicated",
          "dedicated, counted",
          "session",
          "transaction",
          "dedicated, TLS",
          "transaction, TLS");

  private static LeftBehind left;

  @BeforeAll
  static void start() {
    left = new LeftBehind();
    for (String way : GATEWAYS) {
      Pooling pooling =
          switch (way.replaceFirst(",.*", "")) {
            case "dedicated" -> Pooling.DEDICATED;
            case "session" -> Pooling.SESSION;
            default -> Pools.transactions(2);
          };
      left.open(way, pooling, way.endsWith("counted") ? Map.of("timeouts.idle", "1h") : Map.of());
    }
  }

  @AfterAll
  static void stop() {
    left.close();
  }

  @AfterEach
  void leaveNothing() {
    left.awaitNothing();
  }

  static Stream<String> ways() {
    return Stream.concat(Stream.of(DIRECT), GATEWAYS.stream());
  }

  static Stream<String> plainWays() {
    return ways().filter(way -> !way.contains("TLS"));
  }

  @ParameterizedTest
  @MethodSource("plainWays")
  void getAllAnswersToWhatTheyAskedBeforeTheEndOfTheirHalf(String way) {
    int first = left.ids(3);
    try (WireClient client = left.client(way)) {
      client.send(insert(first), insert(first + 1), insert(first + 2));
      client.shutdownOutput();
      for (int i = 0; i < 3; i++) {
        assertThat(client.receiveUntil('Z').getFirst().strings(0)).containsExactly("INSERT 0 1");
      }
      client.expectEnd();
    }
    left.awaitThere(first, first + 1, first + 2);
  }

  @ParameterizedTest
  @MethodSource("plainWays")
  void getThemBeforeATerminateAsWell(String way) {
    int first = left.ids(2);
    try (WireClient client = left.client(way)) {
      client.send(insert(first), insert(first + 1), terminate());
      client.shutdownOutput();
      client.receiveUntil('Z');
      client.receiveUntil('Z');
      client.expectEnd();
    }
    left.awaitThere(first, first + 1);
  }

  @ParameterizedTest
  @MethodSource("plainWays")
  void getAllOfALongAnswer(String way) {
    try (WireClient client = left.client(way)) {
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
    int id = left.ids(1);
    try (WireClient holder = left.locked()) {
      WireClient client = left.client(way);
      client.send(query("SELECT 1"), insert(id), last);
      client.close();
      Sessions.awaitWaitEvent(left.server(), ROLE, "relation");
      long before = cpuOfEventLoops();
      await()
          .during(Duration.ofMillis(500))
          .atMost(Duration.ofSeconds(5))
          .until(() -> left.server().query("SELECT 1 FROM pg_locks WHERE NOT granted").size() == 1);
      assertThat(Duration.ofNanos(cpuOfEventLoops() - before)).isLessThan(Duration.ofMillis(250));
      holder.query("COMMIT");
    }
    left.awaitThere(id);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void loseNoCopyThatIsWhole(String way) {
    int first = left.ids(1000);
    int[] all = IntStream.range(first, first + 1000).toArray();
    try (WireClient holder = left.locked()) {
      WireClient client = left.client(way);
      client.send(query("COPY left_behind FROM STDIN"), rows(all), copyDone(), terminate());
      client.close();
      Sessions.awaitWaitEvent(left.server(), ROLE, "relation");
      holder.query("COMMIT");
    }
    left.awaitThere(all);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void commitNothingOfACopyThatIsNot(String way) {
    int id = left.ids(2);
    WireClient client = left.client(way);
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(insert(id), query("COPY left_behind FROM STDIN"), rows(id + 1));
    shutDown(client, way);
    left.awaitThere(id);
    left.awaitGone(pid);
    assertThat(left.there(id + 1)).isZero();
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void commitNothingBeforeTheSync(String way) {
    int id = left.ids(2);
    WireClient client = left.client(way);
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(insert(id), parse("", insertion(id + 1)), bind("", ""), execute("", 0));
    shutDown(client, way);
    left.awaitThere(id);
    left.awaitGone(pid);
    assertThat(left.there(id + 1)).isZero();
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void getDoneWhatCameBeforeHalfAMessage(String way) {
    int id = left.ids(2);
    WireClient client = left.client(way);
    byte[] half = insert(id + 1);
    client.send(insert(id), Arrays.copyOf(half, half.length / 2));
    shutDown(client, way);
    left.awaitThere(id);
    assertThat(left.there(id + 1)).isZero();
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void keepNoServerBusyWithRowsThatNobodyReads(String way) {
    WireClient client = left.client(way);
    client.send(query("SELECT repeat('x', 1000), generate_series(1, 100000000)"), terminate());
    client.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void mayEndInTheMiddleOfAPipelineOfTheExtendedProtocol(String way) {
    int id = left.ids(3);
    WireClient client = left.client(way);
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
    left.awaitThere(id, id + 2);
    assertThat(left.there(id + 1)).isZero();
    client.close();
  }

  /** Nobody looks again and again for more from a client that has gone. */
  private static long cpuOfEventLoops() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("loop"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  /** With TLS, Java's socket cannot say so without closing. */
  private static void shutDown(WireClient client, String way) {
    if (way.contains("TLS")) {
      client.close();
    } else {
      client.shutdownOutput();
    }
  }
}
