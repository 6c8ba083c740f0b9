package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The gateways before pooled servers, the roles at both, and what servers know of pools. */
final class Pools {
  /** The password of every role, unless a test says otherwise. */
  static final String PASSWORD = "correct horse battery staple";

  private Pools() {}

  /** A gateway whose clients share connections to a server; the caller closes it. */
  static RunningPostern before(PostgresServer server, Pooling pooling) {
    return RunningPostern.builder().backend(server, pooling).start();
  }

  /** The same for a role that the server knows. */
  static RunningPostern before(PostgresServer server, Pooling pooling, String role) {
    RunningPostern postern = before(server, pooling);
    postern.importUser(server, role);
    return postern;
  }

  /** Creates a role on a server, and lets it in at a gateway. */
  static void createRole(PostgresServer server, RunningPostern postern, String name) {
    server.createRole(name, PASSWORD);
    postern.importUser(server, name);
  }

  /** Transaction pooling with few connections. */
  static Pooling transactions(int size) {
    return Pooling.TRANSACTION.with(pool -> pool.size(size));
  }

  /** Transaction pooling that bears no client which sleeps in a transaction. */
  static Pooling impatient(int size, Duration idleInTransaction) {
    return transactions(size).with(pool -> pool.idleInTransactionTimeout(idleInTransaction));
  }

  /** The processes of a server that serve a role. */
  static List<String> processes(PostgresServer server, String role) {
    return server
        .query(
            "SELECT pid::text FROM pg_stat_activity WHERE usename = "
                + PostgresServer.literal(role))
        .stream()
        .map(String::valueOf)
        .toList();
  }

  /** Waits until no more than this many processes serve a role. */
  static void awaitProcesses(PostgresServer server, String role, int most) {
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> processes(server, role).size() <= most);
  }

  /** Waits until exactly this many processes serve a role. */
  static void expectProcesses(PostgresServer server, String role, int number) {
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> assertThat(processes(server, role)).hasSize(number));
  }

  /** A client must get its answers, one after the other. */
  static void expectServed(WireClient client, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  /** The errors that come before the connection ends. */
  static List<WireMessage> errorsUntilTheEnd(WireClient client) {
    List<WireMessage> errors = new ArrayList<>();
    while (!client.isAtEnd()) {
      try {
        WireMessage message = client.receive();
        if (message.type() == 'E') {
          errors.add(message);
        }
      } catch (UncheckedIOException e) {
        return errors;
      }
    }
    return errors;
  }

  /** The first value of the answer to a query; an error fails. */
  static String value(List<WireMessage> answer) {
    for (WireMessage message : answer) {
      switch (message.type()) {
        case 'E' -> throw new AssertionError(message.toString());
        case 'D' -> {
          return message.values().getFirst();
        }
        default -> {}
      }
    }
    throw new AssertionError("no row: " + answer);
  }
}
