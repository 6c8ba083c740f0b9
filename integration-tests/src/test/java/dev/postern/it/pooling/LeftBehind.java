package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A table in which clients that go leave rows, and the ways to the server that has it. */
final class LeftBehind implements AutoCloseable {
  static final String ROLE = "leaving_role";

  private static final TestCertificate AUTHORITY = TestCertificate.authority("leaving clients");
  private static final String BUSY =
      "state <> 'idle' AND usename = " + PostgresServer.literal(ROLE);

  private final AtomicInteger ids = new AtomicInteger();
  private final Map<String, RunningPostern> gateways = new LinkedHashMap<>();
  private final PostgresServer server = PostgresServer.builder().start();

  LeftBehind() {
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE left_behind (id int)", "GRANT ALL ON left_behind TO " + ROLE);
  }

  PostgresServer server() {
    return server;
  }

  /** Opens a way; with TLS if its name says so. */
  RunningPostern open(String way, Pooling pooling, Map<String, Object> settings) {
    PosternBuilder builder = RunningPostern.builder().backend(server, pooling);
    settings.forEach(builder::setting);
    if (way.contains("TLS")) {
      builder.tls(AUTHORITY.server("localhost"));
    }
    RunningPostern postern = builder.start();
    gateways.put(way, postern);
    postern.importUser(server, ROLE);
    return postern;
  }

  @Override
  public void close() {
    gateways.values().forEach(RunningPostern::close);
    server.close();
  }

  /** A client that has logged in; directly where there is no gateway of that name. */
  WireClient client(String way) {
    RunningPostern postern = gateways.get(way);
    WireClient client = WireClient.connect(postern == null ? server.address() : postern.address());
    if (way.contains("TLS")) {
      client.startTls(TestTls.client(AUTHORITY));
    }
    client.login(ROLE, Pools.PASSWORD, "postgres");
    return client;
  }

  /** The first of so many ids that nobody else has. */
  int ids(int count) {
    return ids.getAndAdd(count);
  }

  static String insertion(int id) {
    return "INSERT INTO left_behind VALUES (" + id + ")";
  }

  static byte[] insert(int id) {
    return query(insertion(id));
  }

  static byte[] rows(int... ids) {
    StringBuilder rows = new StringBuilder();
    Arrays.stream(ids).forEach(id -> rows.append(id).append('\n'));
    return copyData(rows.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Nobody else gets at the table until its transaction ends. */
  WireClient locked() {
    WireClient holder = WireClient.connect(server.address());
    holder.login(ROLE, Pools.PASSWORD, "postgres");
    holder.query("BEGIN; LOCK TABLE left_behind IN SHARE MODE");
    return holder;
  }

  void awaitThere(int... ids) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(there(ids)).isEqualTo(ids.length));
  }

  int there(int... ids) {
    return Integer.parseInt(
        server.queryOne(
            "SELECT count(*) FROM left_behind WHERE id = ANY ('"
                + Arrays.toString(ids).replace('[', '{').replace(']', '}')
                + "')"));
  }

  /** A connection that waits in a pool has no transaction. */
  void awaitGone(String pid) {
    await()
        .until(
            () ->
                server
                    .query(
                        "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND %s".formatted(pid, BUSY))
                    .isEmpty());
  }

  /** Nobody works for anyone, and no session is left. */
  void awaitNothing() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(server.query("SELECT query FROM pg_stat_activity WHERE " + BUSY))
                  .isEmpty();
              for (RunningPostern postern : gateways.values()) {
                assertThat(postern.server().registry().sessions()).isEmpty();
              }
            });
  }
}
