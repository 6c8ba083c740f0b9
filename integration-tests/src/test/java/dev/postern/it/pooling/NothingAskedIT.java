package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that send something, but ask a server nothing, keep no connection from others. */
final class NothingAskedIT {
  private static final String ROLE = "nothing_asked_role";
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE numbers (a int)", "GRANT ALL ON numbers TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void rowsThatComeBehindTheErrorOfTheirCopy() {
    byte[] row = FrontendPackets.copyData("8\n".getBytes(StandardCharsets.US_ASCII));
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      failCopy(client);
      client.send(row, row, FrontendPackets.copyDone());
      expectOtherServed(client, other);
    }
  }

  @Test
  void aRowInTheMiddleOfWhichItsCopyFails() {
    byte[] row = FrontendPackets.copyData("8\n".repeat(1000).getBytes(StandardCharsets.US_ASCII));
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.send(FrontendPackets.query("COPY numbers FROM STDIN"));
      client.receiveUntil('G');
      client.send(wrongRow(), Arrays.copyOf(row, 100));
      client.receiveUntil('Z');
      client.send(Arrays.copyOfRange(row, 100, row.length), FrontendPackets.copyDone());
      expectOtherServed(client, other);
    }
  }

  @Test
  void anEndOfACopyThatIsNotThere() {
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.send(FrontendPackets.copyFail("no COPY"));
      expectOtherServed(client, other);
    }
  }

  @Test
  void aFlush() {
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.send(FrontendPackets.flush());
      expectOtherServed(client, other);
    }
  }

  @Test
  void theBeginningOfAQuery() {
    byte[] query = FrontendPackets.query("SELECT 'late'");
    try (RunningPostern postern = pool();
        WireClient client = client(postern);
        WireClient other = client(postern)) {
      client.send(Arrays.copyOf(query, 10));
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
      client.send(Arrays.copyOfRange(query, 10, query.length));
      assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("late");
    }
  }

  private static void failCopy(WireClient client) {
    client.send(FrontendPackets.query("COPY numbers FROM STDIN"));
    client.receiveUntil('G');
    client.send(wrongRow());
    client.receiveUntil('Z');
  }

  private static byte[] wrongRow() {
    return FrontendPackets.copyData("no number\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static void expectOtherServed(WireClient client, WireClient other) {
    assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    assertThat(client.queryOne("SELECT 'served, too'")).isEqualTo("served, too");
    assertThat(other.queryOne("SELECT 'again'")).isEqualTo("again");
  }

  private static RunningPostern pool() {
    return Pools.before(server, Pools.transactions(1), ROLE);
  }

  private static WireClient client(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }
}
