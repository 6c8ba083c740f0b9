package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What servers report though no client has set it: that their configuration was read again, or that
 * they are no standby any more. They say so with the next answer, to whatever; what each client was
 * told is what it has.
 */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("versions")
final class ServerReportsIT {
  private static final String ROLE = "reports_role";

  @Parameter int version;
  private PostgresServer server;

  static List<Integer> versions() {
    return List.of(PostgresServer.versions().getFirst(), PostgresServer.versions().getLast());
  }

  @BeforeEach
  void start() {
    server = PostgresServer.builder(version).start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE SCHEMA theirs AUTHORIZATION " + ROLE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A client, and what it was told of its session. */
  private record Told(WireClient wire, Map<String, String> parameters) implements AutoCloseable {
    String ask(String sql) {
      wire.send(FrontendPackets.query(sql));
      return Pools.value(answer());
    }

    /** Up to ReadyForQuery. */
    List<WireMessage> answer() {
      List<WireMessage> answer = wire.receiveUntil('Z');
      for (WireMessage message : answer) {
        if (message.type() == 'S') {
          parameters.put(message.strings(0).get(0), message.strings(0).get(1));
        }
      }
      return answer;
    }

    void expectRight() {
      for (String name : List.of("IntervalStyle", "application_name", "in_hot_standby")) {
        assertThat(ask("SHOW " + name)).isEqualTo(parameters.get(name));
      }
    }

    @Override
    public void close() {
      wire.close();
    }
  }

  @Test
  void reachesAClientWhoseOwnSettingsAreRestoredMeanwhile() {
    try (RunningPostern postern = Pools.before(server, Pools.transactions(1), ROLE);
        Told first = client(postern);
        Told second = client(postern)) {
      second.wire().query("SET application_name = 'second'");
      second.parameters().put("application_name", "second");
      first.ask("SELECT 1");
      reload("IntervalStyle", "iso_8601");
      second.ask("SELECT 1");
      assertThat(second.parameters()).containsEntry("IntervalStyle", "iso_8601");
      second.expectRight();
      first.expectRight();
      second.expectRight();
    }
  }

  /** Of older versions Postern asks the search_path behind the statement. */
  @Test
  void reachesAClientBehindWhoseStatementTheServerIsAskedSomething() throws Exception {
    try (RunningPostern postern = Pools.before(server, Pools.transactions(1), ROLE);
        Told client = client(postern);
        Connection locking = server.superuser();
        Statement lock = locking.createStatement()) {
      lock.execute("SELECT pg_advisory_lock(7)");
      client
          .wire()
          .send(
              FrontendPackets.query(
                  "CREATE TABLE theirs.t AS SELECT pg_advisory_xact_lock(7)::text"));
      await()
          .until(
              () ->
                  server
                      .queryOne(
                          "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                              + " AND NOT granted")
                      .equals("1"));
      reload("IntervalStyle", "iso_8601");
      lock.execute("SELECT pg_advisory_unlock(7)");
      client.answer();
      client.expectRight();
      assertThat(client.parameters()).containsEntry("IntervalStyle", "iso_8601");
    }
  }

  /** Nobody else asks anything: who looks for a primary goes elsewhere when it is told of none. */
  @Test
  void isToldToWhoLogsInBehindAPromotion() throws IOException {
    becomeStandby();
    try (RunningPostern postern = Pools.before(server, Pools.transactions(3), ROLE)) {
      try (Told early = client(postern)) {
        early.ask("SELECT 1");
        assertThat(early.parameters()).containsEntry("in_hot_standby", "on");
      }
      server.execute("SELECT pg_promote()");
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () -> {
                try (Told late = client(postern)) {
                  assertThat(late.parameters()).containsEntry("in_hot_standby", "off");
                }
              });
    }
  }

  @Test
  void isToldToTheNextClientOfAConnectionBehindAPromotion() throws IOException {
    becomeStandby();
    Pooling sessions = Pooling.TRANSACTION.with(pool -> pool.mode(Pooling.Mode.SESSION).size(1));
    try (RunningPostern postern = Pools.before(server, sessions, ROLE)) {
      try (Told early = client(postern)) {
        early.ask("SELECT 1");
        assertThat(early.parameters()).containsEntry("in_hot_standby", "on");
      }
      await().until(() -> postern.server().pools().all().iterator().next().idle() == 1);
      server.execute("SELECT pg_promote()");
      try (Told late = client(postern)) {
        assertThat(late.parameters()).containsEntry("in_hot_standby", "off");
        late.expectRight();
      }
    }
  }

  @Test
  void isToldToOpenSessionsBehindAPromotion() throws IOException {
    becomeStandby();
    try (RunningPostern postern = Pools.before(server, Pools.transactions(1), ROLE);
        Told first = client(postern);
        Told second = client(postern)) {
      second.wire().query("SET application_name = 'second'");
      second.parameters().put("application_name", "second");
      first.ask("SELECT 1");
      server.execute("SELECT pg_promote()");
      second.ask("SELECT 1");
      assertThat(second.parameters()).containsEntry("in_hot_standby", "off");
      first.ask("SELECT 1");
      assertThat(first.parameters()).containsEntry("in_hot_standby", "off");
      second.expectRight();
    }
  }

  private void becomeStandby() throws IOException {
    Path data = Path.of(server.queryOne("SHOW data_directory"));
    server.stop();
    Files.createFile(data.resolve("standby.signal"));
    server.restart();
  }

  /** New connections have the value when those that there are have been told to read it. */
  private void reload(String name, String value) {
    server.execute("ALTER SYSTEM SET %s = '%s'".formatted(name, value), "SELECT pg_reload_conf()");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> server.queryOne("SHOW " + name).equals(value));
  }

  private static Told client(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    var greeting = client.login(ROLE, Pools.PASSWORD, "postgres");
    return new Told(client, new LinkedHashMap<>(greeting.parameters()));
  }
}
