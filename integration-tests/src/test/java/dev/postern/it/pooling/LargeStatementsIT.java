package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A connection keeps prepared statements up to a number, and up to so many bytes of their texts.
 */
final class LargeStatementsIT {
  private static final String ROLE = "large_statements_role";

  /** What a connection keeps. */
  private static final long BYTES = 8 * 1024 * 1024;

  /** Of each statement's text. */
  private static final int LARGE = 1000 * 1000;

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theEldestGoFromAConnectionAndWorkOn() {
    try (RunningPostern postern = start();
        WireClient client = Way.through(postern, ROLE).wire()) {
      for (int i = 0; i < 20; i++) {
        client.send(parse("s" + i, large(i)), sync());
        assertThat(client.receiveUntil('Z').getFirst().type()).isEqualTo('1');
        assertThat(kept(client)).isLessThanOrEqualTo(BYTES);
      }
      assertThat(kept(client)).isGreaterThan(BYTES - 2 * LARGE);
      assertThat(texts(client)).contains(start(19)).doesNotContain(start(0), start(11));
      for (int i = 0; i < 20; i++) {
        client.send(bind("", "s" + i, "1000"), execute("", 0), sync());
        assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo(Integer.toString(1000 + i));
        assertThat(kept(client)).isLessThanOrEqualTo(BYTES);
      }
    }
  }

  /** The client that uses its statement keeps it there, whatever others prepare. */
  @Test
  void theEldestAreThoseThatNobodyUsed() {
    try (RunningPostern postern = start();
        WireClient client = Way.through(postern, ROLE).wire();
        WireClient other = Way.through(postern, ROLE).wire()) {
      client.send(parse("used", large(0)), sync());
      client.receiveUntil('Z');
      for (int i = 1; i < 12; i++) {
        other.send(parse("s", large(i)), sync());
        other.receiveUntil('Z');
        other.send(closeStatement("s"), sync());
        other.receiveUntil('Z');
        client.send(bind("", "used", "1"), execute("", 0), sync());
        assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("1");
        assertThat(texts(client)).contains(start(0));
        assertThat(kept(client)).isLessThanOrEqualTo(BYTES);
      }
    }
  }

  /** One alone may be larger than all together may be. */
  @Test
  void oneThatIsLargerThanThatIsKeptAlone() {
    String sql = "SELECT 1 + $1::int /*" + "x".repeat(9 * 1024 * 1024) + "*/";
    try (RunningPostern postern = start();
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(parse("small", "SELECT 7 + $1::int"), sync());
      client.receiveUntil('Z');
      client.send(parse("huge", sql), sync());
      assertThat(client.receiveUntil('Z').getFirst().type()).isEqualTo('1');
      assertThat(texts(client)).hasSize(1);
      for (int i = 0; i < 2; i++) {
        client.send(bind("", "small", "1"), execute("", 0), sync());
        assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("8");
        assertThat(kept(client)).isLessThanOrEqualTo(BYTES);
        client.send(bind("", "huge", "1"), execute("", 0), sync());
        assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("2");
        assertThat(texts(client)).hasSize(1);
      }
    }
  }

  private static String large(int number) {
    return start(number) + "x".repeat(LARGE) + "*/";
  }

  private static String start(int number) {
    return "SELECT $1::int + %02d /*".formatted(number);
  }

  /** As the server counts, in which a character is a byte. */
  private static long kept(WireClient client) {
    return Long.parseLong(
        client.queryOne("SELECT coalesce(sum(length(statement)), 0) FROM pg_prepared_statements"));
  }

  private static List<String> texts(WireClient client) {
    return client.query("SELECT left(statement, 22) FROM pg_prepared_statements").stream()
        .filter(message -> message.type() == 'D')
        .map(row -> row.values().getFirst())
        .toList();
  }

  /** With one connection, and clients that may prepare more than it keeps. */
  private static RunningPostern start() {
    RunningPostern postern =
        RunningPostern.builder()
            .backend(server, Pools.transactions(1))
            .setting("limits.prepared-statements", "64MiB")
            .start();
    postern.importUser(server, ROLE);
    return postern;
  }
}
