package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.Secret;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.BackendTls.Mode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterConfigTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private final Binder binder =
      new Binder(Path.of("/opt/postern"), Map.of("SECRET", SECRET, "SHORT", "not long enough"));

  @Test
  void takesEveryKey() throws Exception {
    ClusterConfig cluster =
        bind(
            """
            node: 2
            secret: {env: SECRET}
            peers:
              - node: 1
                host: one.example
                port: 6432
                tls: {mode: verify-ca, root-certificate: ca.crt, certificate: a.crt, key: a.key}
            """);

    Path home = Path.of("/opt/postern");
    assertThat(cluster)
        .isEqualTo(
            new ClusterConfig(
                2,
                Secret.copyOf(SECRET.getBytes(StandardCharsets.US_ASCII)),
                List.of(
                    new PeerConfig(
                        1,
                        "one.example",
                        6432,
                        new PeerTlsConfig(
                            Mode.VERIFY_CA,
                            home.resolve("ca.crt"),
                            home.resolve("a.crt"),
                            home.resolve("a.key"))))));
  }

  @Test
  void allNodesCanHaveTheSameList() throws Exception {
    ClusterConfig cluster =
        bind(
            """
            node: 2
            secret: {env: SECRET}
            peers:
              - {node: 1, host: one.example, port: 6432}
              - {node: 2, host: two.example, port: 6432}
            """);

    assertThat(cluster.others()).extracting(PeerConfig::node).containsExactly(1);
  }

  @ParameterizedTest
  @CsvSource({"one.example, REQUIRE", "127.0.0.1, PREFER", "'::1', PREFER", "localhost, PREFER"})
  void tlsIsAskedForUnlessThePeerIsOnThisMachine(String host, Mode mode) {
    assertThat(new PeerConfig(1, host, 6432, PeerTlsConfig.UNSET).address().tls().mode())
        .isEqualTo(mode);
  }

  @Test
  void aRootCertificateIsForCheckingTheName() {
    PeerTlsConfig tls = new PeerTlsConfig(null, Path.of("ca.crt"), null, null);
    BackendTls used = new PeerConfig(1, "127.0.0.1", 6432, tls).address().tls();
    assertThat(used.mode()).isEqualTo(Mode.VERIFY_FULL);
  }

  @Test
  void reportsWhatIsWrongWithItsPlace() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                bind(
                    """
                    node: 512
                    secret: {env: SHORT}
                    peers: []
                    """))
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .contains("node: 512 (expected: 1..511)")
                    .contains("secret: 15 bytes (expected: 32 or more")
                    .contains("peers: no other node")
                    .contains(":1:7:", ":2:9:", ":3:8:")
                    .doesNotContain("not long enough"));
  }

  @Test
  void refusesTwoPeersOfOneNumber() {
    expectRefused(
        """
        node: 1
        secret: {env: SECRET}
        peers:
          - {node: 2, host: one.example, port: 6432}
          - {node: 2, host: two.example, port: 6432}
        """,
        "peers[1].node: 2 is the node of another peer");
  }

  @Test
  void refusesToBeAlone() {
    expectRefused(
        """
        node: 1
        secret: {env: SECRET}
        peers: [{node: 1, host: one.example, port: 6432}]
        """,
        "peers: no other node");
  }

  @Test
  void refusesAPortThatNobodyCanReach() {
    expectRefused(
        """
        node: 1
        secret: {env: SECRET}
        peers: [{node: 2, host: two.example, port: 0}]
        """,
        "peers[0].port: 0 (expected: 1..65535)");
  }

  @Test
  void refusesASecretThatIsWrittenThere() {
    expectRefused(
        """
        node: 1
        secret: 0123456789abcdef0123456789abcdef
        peers: [{node: 2, host: two.example, port: 6432}]
        """,
        "it is never written here");
  }

  @Test
  void missesFilesThatAreNotThere(@TempDir Path home) throws Exception {
    String sample = Files.readString(Path.of("..", "distribution/src/main/conf/postern.yaml"));
    String yaml =
        sample
            + """
            cluster:
              node: 1
              secret: {env: SECRET}
              peers:
                - node: 2
                  host: two.example
                  port: 6432
                  tls: {root-certificate: no.crt}
            """;
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () -> ConfigurationFile.parse("postern.yaml", yaml, home, Map.of("SECRET", SECRET)))
        .withMessageContaining("cluster.peers[0].tls.root-certificate: file not found: no.crt");
  }

  private ClusterConfig bind(String yaml) throws ConfigurationException {
    return binder.bind(yaml, ClusterConfig.class);
  }

  private void expectRefused(String yaml, String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> bind(yaml))
        .withMessageContaining(message);
  }
}
