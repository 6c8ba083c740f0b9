package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.Bytes;
import dev.postern.plugins.audit.AuditFactory;
import dev.postern.plugins.limits.LimitsFactory;
import dev.postern.plugins.mask.MaskFactory;
import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.plugins.recorder.RecorderFactory;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients and servers that say anything, through each bundled interceptor: answers belong to their
 * questions, a broken session ends alone, and no interceptor fails. A failure names its seed, which
 * {@code -Dpostern.fuzz.seed} takes; {@code -Dpostern.fuzz.rounds} is for longer runs.
 */
@SuppressWarnings("NullAway.Init") // before all
final class FuzzedInterceptorsIT {
  private static final String TALKER = "fuzz_talker";
  private static final String NEIGHBOUR = "fuzz_neighbour";
  private static final long ROUNDS = Long.getLong("postern.fuzz.rounds", 10);
  private static final long SEED = Long.getLong("postern.fuzz.seed", new Random().nextLong());
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final String SECRET = "under the mattress";

  @TempDir static Path secrets;

  private static MeddlingServer meddler;

  @BeforeAll
  static void prepare() throws IOException {
    Gateways.server().createRole(TALKER, Gateways.PASSWORD);
    Gateways.server().createRole(NEIGHBOUR, Gateways.PASSWORD);
    Gateways.server().execute("CREATE SCHEMA fuzz_it");
    Gateways.server().execute("CREATE TABLE fuzz_it.sink (t text)");
    Gateways.server().execute("CREATE TABLE fuzz_it.people (name text)");
    Gateways.server().execute("INSERT INTO fuzz_it.people VALUES ('" + SECRET + "')");
    Gateways.server().execute("GRANT USAGE ON SCHEMA fuzz_it TO " + TALKER);
    Gateways.server().execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA fuzz_it TO " + TALKER);
    Path password = Files.writeString(secrets.resolve("password"), Gateways.PASSWORD);
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    meddler = new MeddlingServer(Gateways.server(), TALKER);
  }

  @AfterAll
  static void close() throws IOException {
    meddler.close();
  }

  @ParameterizedTest(name = "{0}, {1} pooling")
  @MethodSource("settings")
  void aGoodClientIsAnsweredAsByTheServer(String plugin, String mode) throws IOException {
    int port = Gateways.server().port();
    InetSocketAddress direct = new InetSocketAddress(Gateways.server().host(), port);
    try (RunningPostern postern = start(plugin, mode, port);
        Neighbour neighbour = new Neighbour(postern, TALKER)) {
      rounds(
          ROUNDS,
          seed -> {
            byte[] talk = new RandomTalk(seed, is(plugin, "mask")).valid();
            List<WireMessage> expected = messages(answers(direct, talk));
            List<WireMessage> actual = messages(answers(postern.address(), talk));
            if (is(plugin, "mask")) { // which refuses with words of its own what is no SQL
              expected.replaceAll(FuzzedInterceptorsIT::wordless);
              actual.replaceAll(FuzzedInterceptorsIT::wordless);
            }
            assertThat(actual).containsExactlyElementsOf(expected);
            neighbour.ask();
          });
      assertAllIsWell(postern);
    }
  }

  @ParameterizedTest(name = "{0}, {1} pooling")
  @MethodSource("settings")
  void aBrokenClientGetsNoAnswerButItsOwnAndEndsAlone(String plugin, String mode)
      throws IOException {
    try (RunningPostern postern = start(plugin, mode, Gateways.server().port());
        Neighbour neighbour = new Neighbour(postern, TALKER)) {
      rounds(
          2 * ROUNDS,
          seed -> {
            byte[] talk = new RandomTalk(seed, false).broken();
            byte[] answers = answers(postern.address(), talk);
            List<Tag> answered = Tag.in(messages(answers));
            assertThat(Tag.isPartOf(answered, Tag.in(talk)))
                .as("%s answer %s", answered, Tag.in(talk))
                .isTrue();
            if (is(plugin, "mask")) {
              assertThat(new String(answers, StandardCharsets.ISO_8859_1)).doesNotContain(SECRET);
            }
            neighbour.ask();
          });
      assertAllIsWell(postern);
    }
  }

  @ParameterizedTest(name = "{0}, {1} pooling")
  @MethodSource("settings")
  void aBrokenServerEndsItsOwnSessionOnly(String plugin, String mode) throws IOException {
    try (RunningPostern postern = start(plugin, mode, meddler.port());
        Neighbour neighbour = new Neighbour(postern, NEIGHBOUR)) {
      rounds(
          ROUNDS,
          seed -> {
            meddler.seed(seed);
            answers(postern.address(), new RandomTalk(seed, false).valid());
            neighbour.ask();
          });
      assertAllIsWell(postern);
    }
  }

  private interface Round {
    void play(long seed) throws IOException;
  }

  /** Each with a seed of its own, which is named where it fails. */
  private static void rounds(long count, Round round) {
    for (long seed = SEED; seed < SEED + count; seed++) {
      try {
        round.play(seed);
      } catch (AssertionError | IOException | UncheckedIOException e) {
        throw new AssertionError("seed %d: %s".formatted(seed, e.getMessage()), e);
      }
    }
  }

  /** Whatever comes from the login on, until the end. */
  private static byte[] answers(InetSocketAddress address, byte[] talk) {
    try (WireClient client = WireClient.connect(address)) {
      client.patience(LONGEST);
      client.login(TALKER, Gateways.PASSWORD, "postgres");
      try {
        client.send(talk);
        client.shutdownOutput();
      } catch (UncheckedIOException e) {
        // The other end has had enough already.
      }
      return client.readToEnd().toByteArray();
    }
  }

  /** All of them whole. */
  private static List<WireMessage> messages(byte[] bytes) throws IOException {
    List<WireMessage> messages = new ArrayList<>();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    while (in.available() > 0) {
      char type = (char) in.readUnsignedByte();
      byte[] body = new byte[in.readInt() - 4];
      in.readFully(body);
      messages.add(new WireMessage(type, Bytes.wrap(body)));
    }
    return messages;
  }

  private static WireMessage wordless(WireMessage message) {
    return message.type() == 'E' ? new WireMessage('E', Bytes.EMPTY) : message;
  }

  private static void assertAllIsWell(RunningPostern postern) {
    await()
        .atMost(LONGEST)
        .untilAsserted(() -> assertThat(postern.server().registry().sessions()).hasSize(1));
    assertThat(Logs.containing("interceptor failed")).isEmpty();
  }

  /** A session that goes on beside all others. */
  private static final class Neighbour implements AutoCloseable {
    private final WireClient client;
    private int asked;

    Neighbour(RunningPostern postern, String role) {
      client = WireClient.connect(postern.address());
      client.login(role, Gateways.PASSWORD, "postgres");
    }

    void ask() {
      String answer = "neighbour " + asked++;
      assertThat(client.queryOne("SELECT '" + answer + "'")).isEqualTo(answer);
    }

    @Override
    public void close() {
      client.close();
    }
  }

  static Stream<Arguments> settings() {
    return Stream.of("session", "transaction")
        .flatMap(
            mode ->
                Stream.of("query-log", "recorder", "limits", "mask", "audit", "all")
                    .map(plugin -> Arguments.of(plugin, mode)));
  }

  /** A gateway for the talker, whose sessions go to one server, and for its neighbour. */
  private static RunningPostern start(String plugin, String mode, int port) {
    PosternBuilder builder =
        Gateways.withRoutes(
                List.of(
                    Map.of(
                        "name",
                        "talkers",
                        "match",
                        Map.of("user", TALKER),
                        "backends",
                        List.of(Gateways.backend("127.0.0.1", port)),
                        "pool",
                        pool(mode)),
                    Map.of(
                        "name",
                        "others",
                        "backends",
                        List.of(
                            Gateways.backend(Gateways.server().host(), Gateways.server().port())),
                        "pool",
                        pool(mode))))
            .setting("timeouts.departed", "500ms");
    if (is(plugin, "query-log")) {
      builder.interceptor("query-log", new QueryLogFactory(), Map.of("file", "logs/q.jsonl"));
    }
    if (is(plugin, "recorder")) {
      builder.interceptor("recorder", new RecorderFactory(), Map.of());
    }
    if (is(plugin, "limits")) {
      builder.interceptor("limits", new LimitsFactory(), limits());
    }
    if (is(plugin, "mask")) {
      builder.interceptor("mask", new MaskFactory(), mask());
    }
    if (is(plugin, "audit")) {
      builder.interceptor("audit", new AuditFactory(), Map.of());
    }
    RunningPostern postern = builder.start();
    postern.importUser(Gateways.server(), TALKER);
    postern.importUser(Gateways.server(), NEIGHBOUR);
    return postern;
  }

  /** Each a map of its own: YAML would have the second refer to the first. */
  private static Map<String, Object> pool(String mode) {
    return new HashMap<>(Map.of("mode", mode, "size", 3));
  }

  private static Map<String, Object> rate(Object rate) {
    return new HashMap<>(Map.of("rate", rate));
  }

  private static boolean is(String plugin, String name) {
    return plugin.equals(name) || plugin.equals("all");
  }

  /** All that it can count, none of which is reached; two may run at once, and others wait. */
  private static Map<String, Object> limits() {
    return Map.of(
        "limits",
        List.of(
            Map.of(
                "name",
                "everything",
                "by",
                List.of("user", "fingerprint"),
                "statements",
                rate(1_000_000),
                "rows",
                rate(1_000_000),
                "result-bytes",
                rate("1GiB"),
                "sent-bytes",
                rate("1GiB"),
                "concurrent",
                2,
                "action",
                "delay"),
            Map.of(
                "name",
                "copies",
                "match",
                Map.of("statement", List.of("COPY", "INSERT")),
                "concurrent",
                2)));
  }

  private static Map<String, Object> mask() {
    return Map.of(
        "catalog",
        Map.of(
            "user", NEIGHBOUR, "password", Map.of("file", secrets.resolve("password").toString())),
        "policies",
        List.of(
            Map.of(
                "name",
                "talkers",
                "users",
                List.of(TALKER),
                "columns",
                List.of(
                    Map.of(
                        "table",
                        "fuzz_it.people",
                        "column",
                        "name",
                        "with",
                        "fixed",
                        "value",
                        "x")))));
  }
}
