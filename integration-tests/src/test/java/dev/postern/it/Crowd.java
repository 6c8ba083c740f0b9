package dev.postern.it;

import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Clients of many users, each of which logs in again and again until it has been served. */
final class Crowd implements AutoCloseable {
  static final int USERS = 40;

  private final RunningPostern postern;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** How often, by SQLSTATE. */
  final Map<String, AtomicInteger> refusals = new ConcurrentHashMap<>();

  final AtomicInteger served = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  Crowd(RunningPostern postern) {
    this.postern = postern;
  }

  static List<String> users() {
    return IntStream.range(0, USERS).mapToObj(i -> "crowd" + i).toList();
  }

  /** Lets them in, with the usual password. */
  void addUsers() {
    users().forEach(user -> postern.addUser(user, Gateways.PASSWORD));
  }

  /** The same, at the server too. */
  void createRoles(PostgresServer server) {
    users().forEach(user -> Gateways.createRole(server, postern, user));
  }

  /** All of them begin. */
  void comes() {
    users().forEach(user -> threads.execute(() -> logIn(user)));
  }

  int refused() {
    return refusals.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  void awaitServed(Duration limit) {
    await().atMost(limit).until(() -> served.get() == USERS);
  }

  private void logIn(String user) {
    while (!closed.get()) {
      try (WireClient client = WireClient.connect(postern.address())) {
        client.send(FrontendPackets.startup("user", user, "database", "postgres"));
        Logins.scram(client, Gateways.PASSWORD);
        if (isServed(client)) {
          served.incrementAndGet();
          return;
        }
      } catch (UncheckedIOException e) {
        refusals.computeIfAbsent("none", none -> new AtomicInteger()).incrementAndGet();
      }
    }
  }

  private boolean isServed(WireClient client) {
    while (true) {
      WireMessage message = client.receive();
      switch (message.type()) {
        case 'Z' -> {
          client.query("SELECT 1");
          return true;
        }
        case 'E' -> {
          refusals
              .computeIfAbsent(message.sqlState(), state -> new AtomicInteger())
              .incrementAndGet();
          return false;
        }
        default -> {}
      }
    }
  }

  @Override
  public void close() {
    closed.set(true);
    threads.close();
  }
}
