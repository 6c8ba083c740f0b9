package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients of a pool that prepare more and more statements. */
final class HoardersIT {
  private static final String ROLE = "hoarder";
  private static PostgresServer server;
  private static RunningPostern postern;

  @BeforeAll
  static void start() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    postern =
        RunningPostern.builder()
            .backend(server, Pools.transactions(2))
            .setting("limits.prepared-statements", "64KiB")
            .start();
    postern.importUser(server, ROLE);
  }

  @AfterAll
  static void stop() {
    postern.close();
    server.close();
  }

  @Test
  void areToldWhenTheirTextsAreTooLong() {
    try (WireClient client = wire()) {
      long prepared = prepareUntilRefused(client, HoardersIT::longText);
      assertThat(prepared).isBetween(12L, 16L);
      assertThat(execute(client, "s1")).isEqualTo("1");
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void areToldWhenTheirNamesAreTooMany() {
    try (WireClient client = wire()) {
      assertThat(prepareUntilRefused(client, _ -> "SELECT 1")).isBetween(250L, 400L);
      assertThat(execute(client, "s7")).isEqualTo("1");
    }
  }

  @Test
  void mayPrepareAgainWhatTheyHaveClosed() {
    try (WireClient client = wire()) {
      long prepared = prepareUntilRefused(client, HoardersIT::longText);
      client.send(FrontendPackets.closeStatement("s1"), FrontendPackets.sync());
      client.receiveUntil('Z');
      assertThat(prepare(client, "another", longText(1))).noneMatch(HoardersIT::isError);
      assertThat(prepare(client, "one too many", longText(1))).anyMatch(HoardersIT::isError);
      client.query("DEALLOCATE another");
      assertThat(prepare(client, "a third", longText(1))).noneMatch(HoardersIT::isError);
      client.query("DEALLOCATE ALL");
      assertThat(prepareUntilRefused(client, HoardersIT::longText)).isEqualTo(prepared);
      client.query("DISCARD ALL");
      assertThat(prepareUntilRefused(client, HoardersIT::longText)).isEqualTo(prepared);
    }
  }

  @Test
  void doNotPayForWhatWasRefusedOrReplaced() {
    try (WireClient client = wire()) {
      long prepared = prepareUntilRefused(client, HoardersIT::longText);
      client.query("DEALLOCATE ALL");
      for (int i = 0; i < 3 * prepared; i++) {
        String wrong = "SELECT wrong, " + longText(i);
        assertThat(prepare(client, "w" + i, wrong)).anyMatch(HoardersIT::isError);
        assertThat(prepare(client, "same", longText(0))).noneMatch(HoardersIT::isError);
        client.send(
            FrontendPackets.closeStatement("same"),
            FrontendPackets.parse("wrong", wrong),
            FrontendPackets.closeStatement("skipped"),
            FrontendPackets.sync());
        client.receiveUntil('Z');
      }
      assertThat(prepareUntilRefused(client, HoardersIT::longText)).isEqualTo(prepared);
    }
  }

  @Test
  void failTheirPipelineAsAnErrorOfTheServerWould() {
    try (WireClient client = wire()) {
      prepareUntilRefused(client, HoardersIT::longText);
      client.send(
          FrontendPackets.unnamed("SELECT 'before'"),
          FrontendPackets.parse("too much", longText(0)),
          FrontendPackets.unnamed("SELECT 'skipped'"),
          FrontendPackets.sync(),
          FrontendPackets.query("SELECT 'behind'"));
      List<WireMessage> first = client.receiveUntil('Z');
      assertThat(first).filteredOn(m -> m.type() == 'D').hasSize(1);
      assertThat(first)
          .filteredOn(HoardersIT::isError)
          .singleElement()
          .matches(HoardersIT::saysTheLimit);
      assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("behind");
    }
  }

  /** Of 4 KiB. */
  private static String longText(long number) {
    return "SELECT 1 -- " + number + "x".repeat(4096);
  }

  private static long prepareUntilRefused(WireClient client, LongFunction<String> text) {
    for (long number = 1; number < 10_000; number++) {
      List<WireMessage> answer = prepare(client, "s" + number, text.apply(number));
      if (answer.stream().anyMatch(HoardersIT::isError)) {
        assertThat(answer)
            .filteredOn(HoardersIT::isError)
            .singleElement()
            .matches(HoardersIT::saysTheLimit);
        return number - 1;
      }
    }
    throw new AssertionError("never refused");
  }

  private static boolean saysTheLimit(WireMessage error) {
    return error.sqlState().equals("54000") && error.text().contains("limits.prepared-statements");
  }

  private static boolean isError(WireMessage message) {
    return message.type() == 'E';
  }

  private static List<WireMessage> prepare(WireClient client, String name, String text) {
    client.send(FrontendPackets.parse(name, text), FrontendPackets.sync());
    return client.receiveUntil('Z');
  }

  private static String execute(WireClient client, String name) {
    client.send(
        FrontendPackets.bind("", name), FrontendPackets.execute("", 0), FrontendPackets.sync());
    return Pools.value(client.receiveUntil('Z'));
  }

  private static WireClient wire() {
    return Way.through(postern, ROLE).wire();
  }
}
