package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.Door;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PosternCluster;
import dev.postern.testkit.Programs;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.RunningProgram;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cancel request that reaches another node than the session's is passed on to that one. */
final class PeersIT {
  /** The bits of a process id that say which node it is. */
  private static final int NODE_BITS = 22;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(Peers.ROLE, Gateways.PASSWORD);
  }

  @Test
  void psqlEndsAQueryByCtrlC() {
    endsAQueryOfPsql(Peers.start(2), "disable");
  }

  @Test
  void psqlEndsAQueryOverTlsByCtrlC() {
    endsAQueryOfPsql(Peers.start(2, PeersIT::encrypted), "verify-full");
  }

  private static void endsAQueryOfPsql(PosternCluster cluster, String sslmode) {
    String marker = "psql and peers with " + sslmode;
    try (cluster;
        Door door = Door.to(() -> cluster.node(1).address());
        RunningProgram psql =
            Programs.require("psql")
                .environment("PGPASSWORD", Gateways.PASSWORD)
                .environment("PGSSLMODE", sslmode)
                .environment("PGSSLROOTCERT", Gateways.AUTHORITY_FILE.toString())
                .with("-X", "-h", "127.0.0.1", "-p", "" + door.address().getPort())
                .with("-U", Peers.ROLE, "-d", "postgres")
                .with("-c", SleepingQueries.sql(marker))
                .start()) {
      SleepingQueries.interrupt(psql, marker, () -> door.leadTo(() -> cluster.node(2).address()));
      assertThat(cluster.doorTo(1).connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.0", "3.2"})
  void pgjdbcEndsAQuery(String protocol) throws Exception {
    pgjdbcEndsAQuery(Peers.start(2), protocol, "disable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.0", "3.2"})
  void pgjdbcEndsAQueryOverTls(String protocol) throws Exception {
    pgjdbcEndsAQuery(Peers.start(2, PeersIT::encrypted), protocol, "verify-full");
  }

  private static void pgjdbcEndsAQuery(PosternCluster cluster, String protocol, String sslmode)
      throws SQLException {
    String marker = "pgjdbc and peers with " + protocol + " " + sslmode;
    Properties properties = new Properties();
    properties.setProperty("user", Peers.ROLE);
    properties.setProperty("password", Gateways.PASSWORD);
    properties.setProperty("protocolVersion", protocol);
    properties.setProperty("sslmode", sslmode);
    properties.setProperty("sslrootcert", Gateways.AUTHORITY_FILE.toString());
    try (cluster;
        Door door = Door.to(() -> cluster.node(1).address());
        Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(door.address().getPort()),
                properties)) {
      SleepingQueries.cancel(
          connection, marker, () -> door.leadTo(() -> cluster.node(2).address()));
      assertThat(cluster.doorTo(1).connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {FrontendPackets.PROTOCOL_3_0, FrontendPackets.PROTOCOL_3_2})
  void aRequestReachesEachOfThreeNodesFromEach(int protocol) {
    try (PosternCluster cluster = Peers.start(3)) {
      for (RunningPostern node : cluster.nodes()) {
        for (RunningPostern asked : cluster.nodes()) {
          try (WireClient client = WireClient.connect(node.address())) {
            WireClient.Greeting key = Peers.login(client, protocol);
            SleepingQueries.begin(client, "from %d to %d".formatted(asked.port(), node.port()));
            WireClient.cancel(asked.address(), key);
            SleepingQueries.expectCancelled(client);
          }
        }
      }
    }
  }

  @Test
  void aRequestWithinTlsIsPassedOnWithinTls() {
    try (PosternCluster cluster =
            Peers.start(
                2,
                builder ->
                    encrypted(builder)
                        .setting("cluster.peers.0.tls.mode", "verify-full")
                        .setting(
                            "cluster.peers.0.tls.root-certificate",
                            Gateways.AUTHORITY_FILE.toString()));
        WireClient client = WireClient.connect(cluster.node(1).address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_0);
      SleepingQueries.begin(client, "peers with TLS");
      try (WireClient canceller = WireClient.connect(cluster.node(2).address())) {
        canceller.startTls(TestTls.client(Gateways.AUTHORITY));
        canceller.cancel(key);
      }
      SleepingQueries.expectCancelled(client);
    }
  }

  @Test
  void aClientThatWaitsLeavesTheQueue() {
    try (PosternCluster cluster = Peers.startPooled(2, 1);
        WireClient holder = WireClient.connect(cluster.node(1).address());
        WireClient waiting = WireClient.connect(cluster.node(1).address())) {
      Peers.login(holder, FrontendPackets.PROTOCOL_3_0);
      WireClient.Greeting key = Peers.login(waiting, FrontendPackets.PROTOCOL_3_0);
      holder.query("BEGIN");
      waiting.send(FrontendPackets.query("SELECT 'never'"));
      await().until(() -> isWaiting(cluster.node(1)));
      WireClient.cancel(cluster.node(2).address(), key);
      SleepingQueries.expectCancelled(waiting);
      assertThat(holder.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
    }
  }

  private static boolean isWaiting(RunningPostern node) {
    return node.server().registry().sessions().stream()
        .anyMatch(session -> session.relay().isWaiting());
  }

  @Test
  void theProcessIdOfALongKeyIsTheServers() {
    try (PosternCluster cluster = Peers.start(2);
        WireClient client = WireClient.connect(cluster.node(2).address())) {
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_2);
      assertThat(client.queryOne("SELECT pg_backend_pid()")).isEqualTo("" + key.processId());
    }
  }

  @Test
  void theProcessIdOfAShortKeyIsTheServersAndTheNode() {
    try (PosternCluster cluster = Peers.start(2);
        WireClient client = WireClient.connect(cluster.node(2).address())) {
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_0);
      int processId = Integer.parseInt(client.queryOne("SELECT pg_backend_pid()"));
      assertThat(key.processId()).isEqualTo((2 << NODE_BITS) + processId);
      assertThat(key.secret().toByteArray()).hasSize(4);
    }
  }

  private static PosternBuilder encrypted(PosternBuilder builder) {
    return builder.tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"));
  }
}
