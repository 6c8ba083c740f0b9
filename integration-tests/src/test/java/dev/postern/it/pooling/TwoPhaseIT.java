package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PREPARE TRANSACTION, which servers refuse where the transaction has listened, is answered through
 * a pool as by the server itself, and leaves nothing behind.
 */
final class TwoPhaseIT {
  private static final String ROLE = "two_phase_role";
  private static PostgresServer server;
  private static RunningPostern postern;
  private static final Map<String, List<byte[]>> CASES = cases();

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().setting("max_prepared_transactions", "10").start();
    postern = Pools.before(server, Pools.transactions(2));
    Pools.createRole(server, postern, ROLE);
  }

  @AfterAll
  static void stop() {
    postern.close();
    server.close();
  }

  @AfterEach
  void rollBack() {
    for (String one : server.query("SELECT gid FROM pg_prepared_xacts")) {
      server.execute("ROLLBACK PREPARED '" + one + "'");
    }
  }

  static Set<String> names() {
    return CASES.keySet();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void isAnsweredAsByTheServerItself(String name) {
    List<byte[]> packets = Objects.requireNonNull(CASES.get(name));
    Transcript expected = play(Way.direct(server, ROLE), packets);
    rollBack();
    play(Way.through(postern, ROLE), packets).expectSameAs(expected);
    try (WireClient next = Way.through(postern, ROLE).wire()) {
      assertThat(next.queryOne("SELECT count(*) FROM pg_listening_channels()")).isEqualTo("0");
      assertThat(next.queryOne("SELECT count(*) FROM pg_prepared_statements")).isEqualTo("0");
      assertThat(next.queryOne("SELECT count(*) FROM pg_cursors")).isEqualTo("0");
    }
  }

  private static Transcript play(Way way, List<byte[]> packets) {
    Transcript transcript = new Transcript();
    try (WireSession client = new WireSession("", way.wire(), transcript)) {
      for (byte[] packet : packets) {
        client.exchange(packet);
      }
      client.query("COMMIT");
      for (String one : server.query("SELECT gid FROM pg_prepared_xacts ORDER BY gid")) {
        client.note("prepared " + one);
      }
      server.execute("NOTIFY a, 'told'");
      client.query("SELECT 1", "UNLISTEN *");
    }
    return transcript;
  }

  /** What is sent at once is followed by ReadyForQuery. */
  private static Map<String, List<byte[]>> cases() {
    Map<String, List<byte[]>> cases = new LinkedHashMap<>();
    simple(cases, "nothing was listened to", "BEGIN", "SELECT 1", "PREPARE TRANSACTION 'x'");
    simple(cases, "LISTEN", "BEGIN", "LISTEN a", "PREPARE TRANSACTION 'x'");
    simple(cases, "NOTIFY", "BEGIN", "NOTIFY a", "PREPARE TRANSACTION 'x'");
    simple(
        cases, "UNLISTEN, never having listened", "BEGIN", "UNLISTEN a", "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "UNLISTEN of what is listened to",
        "LISTEN a",
        "BEGIN",
        "UNLISTEN a",
        "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "UNLISTEN of all, having listened before",
        "LISTEN a",
        "UNLISTEN a",
        "BEGIN",
        "UNLISTEN *",
        "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "a transaction of one that listens",
        "LISTEN a",
        "BEGIN",
        "SELECT 1",
        "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "LISTEN in a savepoint that is rolled back to",
        "BEGIN",
        "SAVEPOINT s",
        "LISTEN a",
        "ROLLBACK TO s",
        "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "LISTEN in a savepoint that is released",
        "BEGIN",
        "SAVEPOINT s",
        "LISTEN a",
        "RELEASE s",
        "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "a failed transaction",
        "BEGIN",
        "LISTEN a",
        "SELECT 1/0",
        "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "a failed transaction that goes on from a savepoint",
        "BEGIN",
        "LISTEN a",
        "SAVEPOINT s",
        "SELECT 1/0",
        "ROLLBACK TO s; PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "the rolled back one before",
        "BEGIN",
        "LISTEN a",
        "ROLLBACK",
        "BEGIN",
        "PREPARE TRANSACTION 'x'");
    simple(cases, "no transaction", "LISTEN a", "PREPARE TRANSACTION 'x'");
    simple(cases, "one text", "BEGIN; LISTEN a; PREPARE TRANSACTION 'x'");
    simple(cases, "one text without BEGIN", "LISTEN a; PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "one text with two transactions",
        "BEGIN; LISTEN a; COMMIT; BEGIN; PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "one text with two transactions, the second listens",
        "BEGIN; SELECT 1; PREPARE TRANSACTION 'x'; BEGIN; LISTEN a; PREPARE TRANSACTION 'y'; SELECT 2");
    simple(
        cases,
        "one text that fails before",
        "BEGIN; LISTEN a; SELECT 1/0; PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "other ways to write it",
        "BEGIN",
        "LISTEN a",
        "/* a */ prepare  Transaction/**/$x$y$x$ -- b");
    simple(cases, "a literal with escapes", "BEGIN", "LISTEN a", "PREPARE TRANSACTION E'\\x41'");
    simple(
        cases,
        "a statement called transaction",
        "BEGIN",
        "PREPARE transaction AS SELECT 1",
        "DEALLOCATE transaction",
        "DISCARD PLANS");
    simple(
        cases,
        "the same name twice",
        "BEGIN",
        "PREPARE TRANSACTION 'x'",
        "BEGIN",
        "LISTEN a",
        "PREPARE TRANSACTION 'x'");
    simple(
        cases,
        "COMMIT PREPARED of another",
        "BEGIN",
        "PREPARE TRANSACTION 'x'",
        "LISTEN a; COMMIT PREPARED 'x'",
        "LISTEN a",
        "COMMIT PREPARED 'x'");
    cases.put(
        "extended, one statement for each Sync",
        List.of(
            extended("BEGIN"),
            extended("LISTEN a"),
            extended("PREPARE TRANSACTION 'x'"),
            query("SELECT 1")));
    cases.put(
        "extended, nothing was listened to",
        List.of(extended("BEGIN"), extended("SELECT 1"), extended("PREPARE TRANSACTION 'x'")));
    cases.put(
        "extended, one Sync for all",
        List.of(
            join(
                unnamed("BEGIN"),
                unnamed("LISTEN a"),
                unnamed("PREPARE TRANSACTION 'x'"),
                unnamed("SELECT 1"),
                sync())));
    cases.put(
        "extended, a failed transaction",
        List.of(
            extended("BEGIN"),
            extended("LISTEN a"),
            extended("SELECT 1/0"),
            extended("PREPARE TRANSACTION 'x'")));
    cases.put(
        "extended, a failed transaction that goes on from a savepoint",
        List.of(
            extended("BEGIN"),
            extended("LISTEN a"),
            extended("SAVEPOINT s"),
            extended("SELECT 1/0"),
            join(unnamed("ROLLBACK TO s"), unnamed("PREPARE TRANSACTION 'x'"), sync())));
    cases.put(
        "extended, prepared before",
        List.of(
            join(
                parse("p", "PREPARE TRANSACTION 'x'"),
                parse("l", "LISTEN a"),
                parse("b", "BEGIN"),
                sync()),
            join(bind("", "b"), execute("", 0), sync()),
            join(bind("", "l"), execute("", 0), sync()),
            join(bind("", "p"), execute("", 0), sync()),
            join(bind("", "b"), execute("", 0), sync()),
            join(bind("", "p"), execute("", 0), sync()),
            query("DEALLOCATE ALL")));
    return cases;
  }

  private static void simple(Map<String, List<byte[]>> cases, String name, String... statements) {
    List<byte[]> packets = new ArrayList<>();
    for (String sql : statements) {
      packets.add(query(sql));
    }
    cases.put(name, packets);
  }

  private static byte[] extended(String sql) {
    return join(unnamed(sql), sync());
  }

  private static byte[] join(byte[]... packets) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] packet : packets) {
      all.writeBytes(packet);
    }
    return all.toByteArray();
  }
}
