package dev.postern.it.pooling;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A client that leaves traces in the server's session, knows which of them are its own, and looks
 * again and again whether it sees just these: not another client's, and all of its own.
 */
final class Hunter implements AutoCloseable {
  private static final int STEPS = 8;

  private final int number;
  private final WireClient client;
  private final Random random;
  private final Map<Trace, String> fresh;
  private final Set<Trace> own = EnumSet.noneOf(Trace.class);
  private final List<String> done = new ArrayList<>();
  private boolean prepared;
  private boolean listening;

  /**
   * @param fresh what a look at a server's session shows that nobody has touched
   */
  Hunter(int number, WireClient client, Random random, Map<Trace, String> fresh) {
    this.number = number;
    this.client = client;
    this.random = random;
    this.fresh = fresh;
  }

  /**
   * Lives a random life.
   *
   * @return how often it looked
   */
  int live() {
    try {
      look();
      int steps = random.nextInt(STEPS);
      for (int i = 0; i < steps; i++) {
        step();
        look();
      }
      end();
      return steps + 1;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("client %d after %s: %s".formatted(number, done, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0 -> clean(Trace.CLEANERS.get(random.nextInt(Trace.CLEANERS.size())));
      case 1 -> prepare();
      case 2 -> listen();
      case 3 -> openLargeObject();
      default -> change(Trace.any(random));
    }
  }

  private void change(Trace trace) {
    boolean on = !own.contains(trace);
    if (!trace.goesWith(own)) {
      return;
    }
    String sql = on ? trace.on(number) : trace.off(number);
    boolean kept =
        switch (random.nextInt(7)) {
          case 0 -> transaction("BEGIN", sql, "COMMIT");
          case 1 -> transaction("BEGIN; " + sql + "; COMMIT");
          case 2 -> !transaction("BEGIN", sql, "ROLLBACK");
          case 3 -> !transaction("BEGIN", "SAVEPOINT a", sql, "ROLLBACK TO a", "COMMIT");
          case 4 -> !transaction("BEGIN; " + sql + "; ROLLBACK");
          case 5 -> !fail(sql + "; SELECT 1/0");
          default -> transaction(sql);
        };
    if (kept || !trace.isUndone(on)) {
      if (on) {
        own.add(trace);
      } else {
        own.remove(trace);
      }
    }
  }

  private void clean(String cleaner) {
    transaction(cleaner);
    own.removeIf(trace -> trace.isEndedBy(cleaner));
    if (cleaner.equals("DISCARD ALL")) {
      listening = false;
    }
    if (cleaner.equals("DISCARD ALL") || cleaner.equals("DEALLOCATE ALL")) {
      prepared = false;
    }
  }

  /** All clients have a statement of this name. */
  private void prepare() {
    done.add(prepared ? "Close" : "Parse");
    client.send(
        prepared
            ? FrontendPackets.closeStatement("s")
            : FrontendPackets.parse("s", "SELECT 'statement of %d'".formatted(number)),
        FrontendPackets.sync());
    expectNoError(client.receiveUntil('Z'));
    prepared = !prepared;
  }

  private void listen() {
    transaction(listening ? "UNLISTEN *" : "LISTEN channel_" + number);
    listening = !listening;
  }

  private void openLargeObject() {
    transaction("BEGIN", "SELECT lo_open(4711, 262144)", "COMMIT");
  }

  private void look() {
    List<String> values = rows(exchange(Trace.LOOK)).getFirst();
    Map<Trace, String> expected = new EnumMap<>(fresh);
    own.forEach(trace -> expected.put(trace, trace.value(number)));
    Map<Trace, String> seen = Trace.seen(values);
    if (!seen.equals(expected)) {
      throw new AssertionError("sees %s (expected: %s)".formatted(seen, expected));
    }
    String channels = values.getLast();
    if (!channels.isEmpty() && !(listening && channels.equals("channel_" + number))) {
      throw new AssertionError("listens to " + channels);
    }
    lookForStatement();
    lookForLargeObject();
  }

  private void lookForStatement() {
    client.send(
        FrontendPackets.bind("", "s"), FrontendPackets.execute("", 0), FrontendPackets.sync());
    List<WireMessage> answer = client.receiveUntil('Z');
    if (prepared) {
      expectNoError(answer);
      if (!rows(answer).equals(List.of(List.of("statement of " + number)))) {
        throw new AssertionError("statement s gave " + rows(answer));
      }
    } else if (!answer.getFirst().sqlState().equals("26000")) {
      throw new AssertionError("statement s is there: " + answer);
    }
  }

  private void lookForLargeObject() {
    exchange("BEGIN");
    List<WireMessage> answer = client.query("SELECT lo_tell(0)");
    if (answer.stream().noneMatch(message -> message.type() == 'E')) {
      throw new AssertionError("a large object is open: " + answer);
    }
    exchange("ROLLBACK");
  }

  /** Each statement in a query, or a pipeline, of its own; always true. */
  private boolean transaction(String... statements) {
    for (String sql : statements) {
      done.add(sql);
      if (random.nextBoolean() || sql.contains(";")) {
        exchange(sql);
      } else {
        client.send(FrontendPackets.unnamed(sql), FrontendPackets.sync());
        expectNoError(client.receiveUntil('Z'));
      }
    }
    return true;
  }

  /** Always true. */
  private boolean fail(String sql) {
    done.add(sql);
    if (client.query(sql).stream().noneMatch(message -> message.type() == 'E')) {
      throw new AssertionError(sql + " did not fail");
    }
    return true;
  }

  /** At any moment, in any way. */
  private void end() {
    int way = random.nextInt(8);
    done.add("end " + way);
    switch (way) {
      case 0 -> client.reset();
      case 1 -> {
        exchange("BEGIN; " + Trace.APPLICATION_NAME.on(number));
        client.send(FrontendPackets.terminate());
      }
      case 2 -> {
        exchange("BEGIN; SELECT pg_advisory_lock(%d)".formatted(number));
        client.reset();
      }
      case 3 -> {
        client.send(FrontendPackets.query("SET my.x = 'left'; SELECT pg_sleep(0.02)"));
        client.reset();
      }
      case 4 -> {
        client.send(
            FrontendPackets.query("COPY hunting_ground FROM STDIN"),
            FrontendPackets.copyData("1\n".getBytes(StandardCharsets.UTF_8)));
        client.reset();
      }
      case 5 -> {
        client.send(FrontendPackets.unnamed("SET my.y = 'left'"), FrontendPackets.flush());
        client.reset();
      }
      case 6 -> {
        client.send(FrontendPackets.header('Q', 1000));
        client.reset();
      }
      default -> client.send(FrontendPackets.terminate());
    }
  }

  private List<WireMessage> exchange(String sql) {
    List<WireMessage> answer = client.query(sql);
    expectNoError(answer);
    return answer;
  }

  private static List<List<String>> rows(List<WireMessage> messages) {
    return messages.stream()
        .filter(message -> message.type() == 'D')
        .map(WireMessage::values)
        .toList();
  }

  private static void expectNoError(List<WireMessage> messages) {
    for (WireMessage message : messages) {
      if (message.type() == 'E' || message.type() == 'A') {
        throw new AssertionError(message.toString());
      }
    }
  }
}
