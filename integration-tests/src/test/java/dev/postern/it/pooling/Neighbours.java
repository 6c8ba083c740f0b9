package dev.postern.it.pooling;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Clients that use the same pool all the time: they keep its connections busy, so that a client
 * gets now this one, now that one; they have other settings, and other statements under the same
 * names.
 */
final class Neighbours implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean leaving;

  private Neighbours() {}

  /** They move in; {@link #close} fails if one of them saw anything that it should not. */
  static Neighbours of(Way way, int number) {
    Neighbours neighbours = new Neighbours();
    for (int i = 0; i < number; i++) {
      int self = i;
      neighbours.threads.add(
          Thread.ofVirtual().name("neighbour-" + i).start(() -> neighbours.live(way, self)));
    }
    return neighbours;
  }

  @Override
  public void close() {
    leaving = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Throwable failure = failures.peek();
    if (failure != null) {
      throw new AssertionError("a neighbour was disturbed: " + failure.getMessage(), failure);
    }
  }

  private void live(Way way, int self) {
    try (WireClient client = way.wire()) {
      client.query("SET application_name = 'neighbour %d'".formatted(self));
      client.query("SET TimeZone = 'Etc/GMT+%d'".formatted(self + 1));
      client.query("SET DateStyle = 'German'");
      for (String name : List.of("S_1", "S_2", "s", "a", "named")) {
        client.send(
            FrontendPackets.parse(name, "SELECT 'neighbour %d %s'".formatted(self, name)),
            FrontendPackets.sync());
        client.receiveUntil('Z');
      }
      for (int round = 0; !leaving; round++) {
        once(client, self, List.of("S_1", "S_2", "s", "a", "named").get(round % 5));
      }
      client.send(FrontendPackets.terminate());
    } catch (Throwable e) {
      failures.add(e);
    }
  }

  /** Holds a connection for some milliseconds. */
  private static void once(WireClient client, int self, String name) {
    String shown =
        client.queryOne("SELECT current_setting('application_name') FROM pg_sleep(0.003)");
    expect("neighbour " + self, shown);
    client.send(
        FrontendPackets.bind("", name), FrontendPackets.execute("", 0), FrontendPackets.sync());
    expect("neighbour %d %s".formatted(self, name), Pools.value(client.receiveUntil('Z')));
  }

  private static void expect(String expected, String actual) {
    if (!actual.equals(expected)) {
      throw new AssertionError("%s (expected: %s)".formatted(actual, expected));
    }
  }
}
