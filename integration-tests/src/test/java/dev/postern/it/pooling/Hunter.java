package dev.postern.it.pooling;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A client that leaves traces in the server's session, knows which of them are its own, and looks
 * again and again whether it sees just these: not another client's, and all of its own. It listens
 * and notifies, too, and hears what it listens to, each once, and nothing else.
 */
final class Hunter implements AutoCloseable {
  private static final int STEPS = 8;
  private static final int CHANGES = 8;

  private final int number;
  private final WireClient client;
  private final Random random;
  private final Map<Trace, String> fresh;
  private final Shouts shouts;
  private final Tally tally;
  private final Set<Trace> own = EnumSet.noneOf(Trace.class);
  private final List<String> done = new ArrayList<>();
  private final Ears ears;
  private boolean prepared;
  private int said;

  /**
   * @param fresh what a look at a server's session shows that nobody has touched
   * @param tally counts the looks, what clients leave behind when they end, and what they hear
   */
  Hunter(
      int number,
      WireClient client,
      Random random,
      Map<Trace, String> fresh,
      Shouts shouts,
      Tally tally) {
    this.number = number;
    this.client = client;
    this.random = random;
    this.fresh = fresh;
    this.shouts = shouts;
    this.tally = tally;
    ears = new Ears(client, shouts, tally);
  }

  /** Lives a random life. */
  void live() {
    try {
      look();
      if (random.nextBoolean()) {
        listen(Shouts.COMMON);
      }
      int steps = random.nextInt(STEPS);
      for (int i = 0; i < steps; i++) {
        Set<String> before = ears.channels();
        step();
        ears.judge(before);
        look();
        ears.judge(Set.of());
      }
      end();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("client %d after %s: %s".formatted(number, done, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private void step() {
    switch (random.nextInt(16)) {
      case 0 -> clean(Trace.CLEANERS.get(random.nextInt(Trace.CLEANERS.size())));
      case 1 -> prepare();
      case 2, 3 -> listen(random.nextBoolean() ? Shouts.COMMON : ownChannel());
      case 4 -> unlistenAll();
      case 5, 6, 7 -> shout();
      case 8 -> openLargeObject();
      default -> {
        int changes = 1 + random.nextInt(CHANGES);
        for (int i = 0; i < changes; i++) {
          change(Trace.any(random));
        }
      }
    }
  }

  private void change(Trace trace) {
    boolean on = !own.contains(trace);
    if (!trace.goesWith(own)) {
      return;
    }
    String sql = on ? trace.on(number) : trace.off(number);
    boolean kept = somehow(sql);
    if (kept || !trace.isUndone(on)) {
      if (on) {
        own.add(trace);
      } else {
        own.remove(trace);
      }
    }
  }

  /**
   * In one of the ways that a client has to carry out a statement, or to undo it.
   *
   * @return whether it is committed
   */
  private boolean somehow(String sql) {
    return switch (random.nextInt(7)) {
      case 0 -> transaction("BEGIN", sql, "COMMIT");
      case 1 -> transaction("BEGIN; " + sql + "; COMMIT");
      case 2 -> !transaction("BEGIN", sql, "ROLLBACK");
      case 3 -> !transaction("BEGIN", "SAVEPOINT a", sql, "ROLLBACK TO a", "COMMIT");
      case 4 -> !transaction("BEGIN; " + sql + "; ROLLBACK");
      case 5 -> !fail(sql + "; SELECT 1/0");
      default -> transaction(sql);
    };
  }

  private void clean(String cleaner) {
    if (cleaner.equals("DISCARD ALL")) {
      ears.channels().forEach(ears::close);
    }
    transaction(cleaner);
    own.removeIf(trace -> trace.isEndedBy(cleaner));
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
    expectNoError(answer());
    prepared = !prepared;
  }

  private String ownChannel() {
    return "channel_" + number;
  }

  private void listen(String channel) {
    boolean listening = ears.channels().contains(channel);
    if (listening) {
      ears.close(channel);
    }
    boolean done = somehow((listening ? "UNLISTEN " : "LISTEN ") + channel);
    if (listening != done) {
      ears.open(channel);
    }
  }

  private void unlistenAll() {
    Set<String> channels = ears.channels();
    channels.forEach(ears::close);
    if (!somehow("UNLISTEN *")) {
      channels.forEach(ears::open);
    }
  }

  private void shout() {
    String channel =
        switch (random.nextInt(4)) {
          case 0 -> Shouts.COMMON;
          case 1 -> ownChannel();
          default -> shouts.anyChannel(random);
        };
    said++;
    String payload = "%d of %d".formatted(said, number);
    String sql =
        random.nextBoolean()
            ? "NOTIFY %s, '%s'".formatted(channel, payload)
            : "SELECT pg_notify('%s', '%s')".formatted(channel, payload);
    Set<Shouts.Ear> before = shouts.listening(channel);
    if (somehow(sql)) {
      shouts.shouted(channel, payload, before);
    } else {
      shouts.undone(payload);
    }
  }

  private void openLargeObject() {
    transaction("BEGIN", "SELECT lo_open(4711, 262144)", "COMMIT");
    tally.add("LARGE_OBJECT");
  }

  /** All in one pipeline. */
  private void look() {
    tally.add("looks");
    client.send(
        FrontendPackets.query(Trace.LOOK),
        FrontendPackets.bind("", "s"),
        FrontendPackets.execute("", 0),
        FrontendPackets.sync(),
        FrontendPackets.query("BEGIN"),
        FrontendPackets.query("SELECT lo_tell(0)"),
        FrontendPackets.query("ROLLBACK"));
    List<WireMessage> traces = answer();
    List<WireMessage> statement = answer();
    expectNoError(answer());
    List<WireMessage> largeObject = answer();
    expectNoError(answer());
    expectNoError(traces);
    lookForTraces(rows(traces).getFirst());
    lookForStatement(statement);
    if (largeObject.stream().noneMatch(message -> message.type() == 'E')) {
      throw new AssertionError("a large object is open: " + largeObject);
    }
  }

  private void lookForTraces(List<String> values) {
    Map<Trace, String> expected = new EnumMap<>(fresh);
    own.forEach(trace -> expected.put(trace, trace.value(number)));
    Map<Trace, String> seen = Trace.seen(values);
    if (!seen.equals(expected)) {
      throw new AssertionError("sees %s (expected: %s)".formatted(seen, expected));
    }
    String channels = values.getLast();
    if (!channels.isEmpty() && !ears.channels().containsAll(List.of(channels.split(";")))) {
      throw new AssertionError("listens to " + channels);
    }
  }

  private void lookForStatement(List<WireMessage> answer) {
    if (prepared) {
      expectNoError(answer);
      if (!rows(answer).equals(List.of(List.of("statement of " + number)))) {
        throw new AssertionError("statement s gave " + rows(answer));
      }
    } else if (!answer.getFirst().sqlState().equals("26000")) {
      throw new AssertionError("statement s is there: " + answer);
    }
  }

  /** Each statement in a query, or a pipeline, of its own; always true. */
  private boolean transaction(String... statements) {
    for (String sql : statements) {
      done.add(sql);
      if (random.nextBoolean() || sql.contains(";")) {
        exchange(sql);
      } else {
        client.send(FrontendPackets.unnamed(sql), FrontendPackets.sync());
        expectNoError(answer());
      }
    }
    return true;
  }

  /** Always true. */
  private boolean fail(String sql) {
    done.add(sql);
    if (ask(sql).stream().noneMatch(message -> message.type() == 'E')) {
      throw new AssertionError(sql + " did not fail");
    }
    return true;
  }

  /** At any moment, in any way; where the connection is handed on, often with all traces. */
  private void end() {
    int way = random.nextInt(12);
    done.add("end " + way);
    Set<String> last = ears.channels();
    last.forEach(ears::close);
    if (way < 3 || way > 6) {
      if (random.nextInt(4) > 0) {
        leaveAll();
      } else if (!last.isEmpty()) {
        tally.add("LISTEN");
      }
      own.forEach(trace -> tally.add(trace.name()));
      if (prepared) {
        tally.add("STATEMENT");
      }
    }
    ears.judge(last);
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

  /** Leaves every kind of trace that it can, and is told of each. */
  private void leaveAll() {
    List<Trace> added = new ArrayList<>();
    List<Trace> kinds = new ArrayList<>(List.of(Trace.values()));
    Collections.shuffle(kinds, random);
    for (Trace trace : kinds) {
      if (!own.contains(trace) && trace.goesWith(own)) {
        own.add(trace);
        added.add(trace);
      }
    }
    added.forEach(trace -> client.send(FrontendPackets.query(trace.on(number))));
    added.forEach(trace -> expectNoError(answer()));
    if (!prepared) {
      prepare();
    }
    transaction("LISTEN " + ownChannel());
    tally.add("LISTEN");
    openLargeObject();
  }

  private List<WireMessage> exchange(String sql) {
    List<WireMessage> answer = ask(sql);
    expectNoError(answer);
    return answer;
  }

  private List<WireMessage> ask(String sql) {
    client.send(FrontendPackets.query(sql));
    return answer();
  }

  /** What comes to the next ReadyForQuery but for notifications. */
  private List<WireMessage> answer() {
    List<WireMessage> answer = new ArrayList<>();
    for (WireMessage message : client.receiveUntil('Z')) {
      if (message.type() == 'A') {
        ears.hear(message);
      } else {
        answer.add(message);
      }
    }
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
      if (message.type() == 'E') {
        throw new AssertionError(message.toString());
      }
    }
  }
}
