package dev.postern.it.pooling;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A client whose queries carry its number, and that cancels some of them: before, while and after
 * they run. A query that it has not cancelled must give its own number, and nothing else.
 */
final class StormClient implements AutoCloseable {
  /** What became of the queries that were to be cancelled. */
  record Count(int queries, int requests, int cancelled) {
    Count plus(Count other) {
      return new Count(
          queries + other.queries, requests + other.requests, cancelled + other.cancelled);
    }
  }

  private static final String CANCELLED = "57014";
  private static final int REPEATS = 100;
  private static final int LATECOMERS = 8;

  private final Way way;
  private final int number;
  private final Random random;
  private WireClient client;
  private WireClient.Greeting greeting;
  private int queries;
  private int requests;
  private int cancelled;
  private boolean late;

  StormClient(Way way, int number, Random random) {
    this.way = way;
    this.number = number;
    this.random = random;
    client = WireClient.connect(way.address());
    greeting = login();
  }

  private WireClient.Greeting login() {
    client.patience(Duration.ofSeconds(30));
    int protocol = number % 2 == 0 ? FrontendPackets.PROTOCOL_3_0 : FrontendPackets.PROTOCOL_3_2;
    client.send(
        FrontendPackets.startup(
            protocol,
            "user",
            way.role(),
            "database",
            "postgres",
            "application_name",
            "client " + number));
    client.authenticate(way.role(), Pools.PASSWORD);
    return client.greeting();
  }

  /** Asks until the time is over. */
  Count storm(long deadline) {
    while (System.nanoTime() < deadline) {
      switch (random.nextInt(12)) {
        case 0 -> hopeless();
        case 1 -> {
          cancel(); // nothing runs
          undisturbed();
        }
        case 2 -> reconnect();
        case 3, 4, 5 -> disturbed();
        case 6 -> inTransaction();
        default -> undisturbed();
      }
    }
    return new Count(queries, requests, cancelled);
  }

  @Override
  public void close() {
    client.close();
  }

  private void undisturbed() {
    String error = ask(random.nextInt(15));
    if (!error.isEmpty()) {
      throw new AssertionError("query %d of client %d: %s".formatted(queries, number, error));
    }
  }

  /** A cancel at any moment; it may come too late, but not for the next query. */
  private void disturbed() {
    Thread canceller = cancelAfter(random.nextInt(30));
    String error = ask(random.nextInt(20));
    join(canceller);
    expectCancelledOrDone(error);
  }

  private void inTransaction() {
    exchange("BEGIN");
    undisturbed();
    disturbed();
    exchange("ROLLBACK");
    undisturbed();
  }

  /** A query that ends by a cancel only; one that comes before it began is without effect. */
  private void hopeless() {
    AtomicBoolean over = new AtomicBoolean();
    Thread canceller =
        Thread.ofVirtual()
            .start(
                () -> {
                  LockSupport.parkNanos(random(30));
                  for (int i = 0; i < REPEATS && !over.get(); i++) {
                    cancel();
                    LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                  }
                });
    String error = ask(60_000);
    over.set(true);
    join(canceller);
    if (!error.equals(CANCELLED)) {
      throw new AssertionError("query of client %d: %s".formatted(number, error));
    }
    cancelled++;
  }

  /** The key of a session that has ended is used once more, by a few: many look like an attack. */
  private void reconnect() {
    client.close();
    if (number < LATECOMERS && !late) {
      late = true;
      cancel();
    }
    client = WireClient.connect(way.address());
    greeting = login();
  }

  private void expectCancelledOrDone(String error) {
    if (error.equals(CANCELLED)) {
      cancelled++;
    } else if (!error.isEmpty()) {
      throw new AssertionError("query of client %d: %s".formatted(number, error));
    }
  }

  /**
   * Runs a query of its own.
   *
   * @return the SQLSTATE of its error, or nothing
   */
  private String ask(int millis) {
    queries++;
    String tag = "client %d, query %d".formatted(number, queries);
    String sql = "SELECT '%s' FROM pg_sleep(%s)".formatted(tag, millis / 1000.0);
    if (random.nextBoolean()) {
      client.send(FrontendPackets.query(sql));
    } else {
      client.send(FrontendPackets.unnamed(sql), FrontendPackets.sync());
    }
    List<WireMessage> answer = client.receiveUntil('Z');
    for (WireMessage message : answer) {
      if (message.type() == 'E') {
        return message.sqlState();
      }
    }
    List<List<String>> rows =
        answer.stream().filter(message -> message.type() == 'D').map(WireMessage::values).toList();
    if (!rows.equals(List.of(List.of(tag)))) {
      throw new AssertionError("%s was answered %s".formatted(tag, rows));
    }
    return "";
  }

  private void exchange(String sql) {
    List<WireMessage> answer = client.query(sql);
    if (answer.getFirst().type() == 'E') {
      throw new AssertionError(sql + " of client " + number + ": " + answer.getFirst());
    }
  }

  private Thread cancelAfter(int millis) {
    return Thread.ofVirtual()
        .start(
            () -> {
              LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
              cancel();
            });
  }

  /** Returns when the request has been taken. */
  private void cancel() {
    requests++;
    WireClient.cancel(way.address(), greeting);
  }

  private long random(int millis) {
    return Duration.ofMillis(number * 7 % millis).toNanos();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
