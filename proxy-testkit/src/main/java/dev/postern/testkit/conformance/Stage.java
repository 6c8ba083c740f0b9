package dev.postern.testkit.conformance;

import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A gateway with the plugin under test before a real server, and a neighbour whose session has to
 * stay well whatever others do. Used by one thread, but for {@link #visitor}.
 */
final class Stage implements AutoCloseable {
  static final String PASSWORD = "password of a conformance test";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PostgresServer server;
  private final RunningPostern postern;
  private final String user;
  private final String database;
  private final boolean changesValues;
  private final Interview neighbour;
  private final AtomicInteger asked = new AtomicInteger();

  private Stage(
      PostgresServer server,
      RunningPostern postern,
      String user,
      String database,
      boolean changesValues) {
    this.server = server;
    this.postern = postern;
    this.user = user;
    this.database = database;
    this.changesValues = changesValues;
    this.neighbour = visitor();
  }

  /** Starts the gateway; the caller closes the stage. */
  static Stage open(
      PostgresServer server,
      PosternBuilder builder,
      String user,
      String database,
      boolean changesValues) {
    server.createRole(user, PASSWORD);
    RunningPostern postern = builder.start();
    try {
      postern.importUser(server, user);
      return new Stage(server, postern, user, database, changesValues);
    } catch (RuntimeException | AssertionError e) {
      postern.close();
      throw e;
    }
  }

  PostgresServer server() {
    return server;
  }

  RunningPostern postern() {
    return postern;
  }

  String user() {
    return user;
  }

  boolean changesValues() {
    return changesValues;
  }

  /** A client that has logged in; the caller closes it. */
  Interview visitor() {
    WireClient client = WireClient.connect(postern.address());
    client.patience(PATIENCE);
    client.login(user, PASSWORD, database);
    return new Interview(client, changesValues);
  }

  /** A key for the cancel of a visitor's statements comes with it. */
  record Cancellable(Interview interview, WireClient.Greeting key) {}

  Cancellable cancellableVisitor() {
    WireClient client = WireClient.connect(postern.address());
    client.patience(PATIENCE);
    WireClient.Greeting key = client.login(user, PASSWORD, database);
    return new Cancellable(new Interview(client, changesValues), key);
  }

  /** The neighbour's session is in order and gets its own answers. */
  void neighbourIsWell() {
    String tag = "neighbour-" + asked.incrementAndGet();
    Interview.Outcome outcome =
        neighbour.ask(asked.get() % 2 == 0 ? Question.simple(tag) : Question.extended(tag, 'I'));
    if (outcome != Interview.Outcome.ANSWERED) {
      throw new AssertionError("a neighbour that did nothing wrong was " + outcome);
    }
  }

  /** How many of the user's sessions at the server do something, or are in a transaction. */
  int busySessions() {
    return Integer.parseInt(
        server.queryOne(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'"
                .formatted(PostgresServer.literal(user))));
  }

  /** Whether the server works on a statement that contains this. */
  boolean isActive(String tag) {
    List<?> active =
        server.query(
            "SELECT 1 FROM pg_stat_activity WHERE usename = %s AND state = 'active' AND query LIKE %s"
                .formatted(PostgresServer.literal(user), PostgresServer.literal("%" + tag + "%")));
    return !active.isEmpty();
  }

  @Override
  public void close() {
    neighbour.close();
    postern.close();
  }
}
