package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationFileTest {
  private static final String SMALLEST =
      """
      listeners:
        - host: 127.0.0.1
          port: 6432
      authenticator: {plugin: scram}
      router: {plugin: static-routes}
      """;

  @TempDir Path home;
  private Path file;

  @BeforeEach
  void makeConf() throws IOException {
    file = Files.createDirectory(home.resolve("conf")).resolve("postern.yaml");
  }

  @Test
  void readsAFileWithTheRequiredSettingsOnly() throws Exception {
    Files.writeString(file, SMALLEST);

    Configuration configuration = ConfigurationFile.load(file, home);

    assertThat(configuration.listeners())
        .containsExactly(new ListenerConfig("127.0.0.1", 6432, ListenerTlsConfig.UNSET));
    assertThat(configuration.limits()).isEqualTo(LimitsConfig.UNSET);
    assertThat(configuration.timeouts()).isEqualTo(TimeoutsConfig.UNSET);
    assertThat(configuration.network()).isEqualTo(new NetworkConfig(null, null, null));
    assertThat(configuration.effectiveInterceptors()).isEmpty();
    assertThat(configuration.effectiveRouters().getFirst().effectiveName())
        .isEqualTo("static-routes");
  }

  @Test
  void namesTheFileRelativeToTheInstallation() throws Exception {
    Files.writeString(file, SMALLEST + "limits: {sessions: -1}\n");

    assertRefused("conf/postern.yaml:6:20: limits.sessions: -1 (expected: 1..)");
  }

  @Test
  void refusesAFileThatIsTooLargeToBeOne() throws Exception {
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength((8 << 20) + 1);
    }

    assertRefused("conf/postern.yaml: larger than 8 MiB");
  }

  @Test
  void reportsAllProblemsInTheOrderOfTheFile() throws Exception {
    Files.writeString(
        file,
        """
        listeners:
          - host: 127.0.0.1
            port: 70000
            tlss: {}
        limits: {sessions: 0, logins: many, intercepted-message: 16}
        timeouts:
          login: 60
          login: 60s
          connect: 1ms
          drain: 2d
        router: {plugin: static-routes}
        """);

    assertRefused(
        """
        conf/postern.yaml:3:11: listeners[0].port: 70000 (expected: 0..65535)
        conf/postern.yaml:4:5: listeners[0].tlss: unknown setting, did you mean "tls"?
        conf/postern.yaml:5:20: limits.sessions: 0 (expected: 1..)
        conf/postern.yaml:5:31: limits.logins: many (expected: a whole number)
        conf/postern.yaml:5:58: limits.intercepted-message: 16 (expected: a whole number with a \
        unit of B, KiB, MiB or GiB, such as 16MiB)
        conf/postern.yaml:7:10: timeouts.login: 60 (expected: a whole number with a unit of ms, s, \
        m, h or d, such as 30s)
        conf/postern.yaml:8:3: timeouts.login: written twice; the first one is in line 7 (keep one)
        conf/postern.yaml:9:12: timeouts.connect: 1ms (expected: 10ms..10m)
        conf/postern.yaml:10:10: timeouts.drain: 48h (expected: 0s..24h)""");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertRefused("conf/postern.yaml: file not found");
  }

  @Test
  void refusesAFileThatIsNotUtf8() throws Exception {
    Files.write(file, "# für\n".getBytes(StandardCharsets.ISO_8859_1));

    assertRefused("conf/postern.yaml: not a text in UTF-8");
  }

  @Test
  void refusesAnEmptyFileWithAllThatIsMissing() throws Exception {
    Files.writeString(file, "# nothing\n");

    assertRefused(
        """
        conf/postern.yaml: listeners: missing (expected: a list)""");
  }

  @Test
  void refusesAFileWithoutPluginsThatDecide() throws Exception {
    Files.writeString(file, "listeners: [{host: 127.0.0.1, port: 6432}]\n");

    assertRefused(
        """
        conf/postern.yaml:1:1: authenticator: missing (expected: either authenticator or authenticators)
        conf/postern.yaml:1:1: router: missing (expected: either router or routers)""");
  }

  @Test
  void readsSeveralPluginsThatDecideOneAfterTheOther() throws Exception {
    Files.writeString(
        file,
        """
        listeners: [{host: 127.0.0.1, port: 6432}]
        authenticators:
          require: all
          chain:
            - {plugin: rules, name: door}
            - {plugin: scram}
        routers:
          - {plugin: tenant}
          - {plugin: static-routes}
        interceptors:
          - {plugin: mask, only: {users: [report, "bi-*"], routes: [main]}}
        """);

    Configuration configuration = ConfigurationFile.load(file, home);

    assertThat(configuration.requiresAllAuthenticators()).isTrue();
    assertThat(configuration.effectiveAuthenticators())
        .extracting(PluginInstanceConfig::effectiveName)
        .containsExactly("door", "scram");
    assertThat(configuration.effectiveRouters())
        .extracting(PluginInstanceConfig::plugin)
        .containsExactly("tenant", "static-routes");
    ScopeConfig only = configuration.effectiveInterceptors().getFirst().only();
    Objects.requireNonNull(only);
    assertThat(only.includes("bi-1", "any", "main")).isTrue();
    assertThat(only.includes("alice", "any", "main")).isFalse();
    assertThat(only.includes("report", "any", "other")).isFalse();
  }

  @Test
  void refusesOneAndSeveralOfAKind() throws Exception {
    Files.writeString(
        file,
        """
        listeners: [{host: 127.0.0.1, port: 6432}]
        authenticator: {plugin: scram}
        authenticators: {chain: [{plugin: rules}]}
        router: {plugin: static-routes}
        routers: []
        """);

    assertRefused(
        """
        conf/postern.yaml:2:16: authenticator: beside authenticators (expected: either authenticator or authenticators)
        conf/postern.yaml:4:9: router: beside routers (expected: either router or routers)
        conf/postern.yaml:5:10: routers: empty (expected: one or more)""");
  }

  @Test
  void refusesTwoListenersOnOneAddress() throws Exception {
    Files.writeString(
        file,
        """
        listeners:
          - {host: 127.0.0.1, port: 6432}
          - {host: 127.0.0.1, port: 6432}
          - {host: 127.0.0.1, port: 0}
          - {host: 127.0.0.1, port: 0}
        authenticator: {plugin: scram}
        router: {plugin: static-routes}
        """);

    assertRefused(
        "conf/postern.yaml:3:29: listeners[1].port: another listener has 127.0.0.1:6432 already");
  }

  @Test
  void refusesAListWithoutListeners() throws Exception {
    Files.writeString(
        file, "{listeners: [], authenticator: {plugin: scram}, router: {plugin: routes}}");

    assertRefused("conf/postern.yaml:1:13: listeners: empty (expected: one or more)");
  }

  @Test
  void refusesTwoInstancesOfOneName() throws Exception {
    Files.writeString(
        file,
        SMALLEST
            + """
            interceptors:
              - {plugin: query-log, name: audit}
              - {plugin: recorder, name: audit}
              - {plugin: scram}
            """);

    assertRefused(
        """
        conf/postern.yaml:8:30: interceptors[1].name: "audit" is the name of interceptors[0] \
        already (give each instance a name of its own)
        conf/postern.yaml:9:5: interceptors[2].name: "scram" is the name of authenticator already \
        (give each instance a name of its own)""");
  }

  @Test
  void pointsOutWhatSettingsOfOthersAreCalledHere() throws Exception {
    Files.writeString(file, SMALLEST + "listen_port: 6432\nauth_file: userlist.txt\n");

    assertRefused(
        """
        conf/postern.yaml:6:1: listen_port: unknown setting; use listeners[].port
        conf/postern.yaml:7:1: auth_file: unknown setting; use "postern user import"; users are \
        kept in the store""");
  }

  @Test
  void refusesACertificateThatIsNotThere() throws Exception {
    writeWithTls("certificate: conf/a.crt\n      key: conf/a.key");

    assertRefused(
        """
        conf/postern.yaml:5:20: listeners[0].tls.certificate: file not found: conf/a.crt
        conf/postern.yaml:6:12: listeners[0].tls.key: file not found: conf/a.key""");
  }

  @Test
  void refusesAKeyThatOthersCanRead() throws Exception {
    writeWithTls("certificate: conf/a.crt\n      key: conf/a.key");
    Files.createFile(home.resolve("conf/a.crt"));
    Path key = Files.createFile(home.resolve("conf/a.key"));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    assertRefused(
        "conf/postern.yaml:6:12: listeners[0].tls.key: others than its owner can open the file"
            + " (run: chmod 600 "
            + key
            + "): conf/a.key");
  }

  @Test
  void acceptsFilesThatAreToBeMade() throws Exception {
    writeWithTls("certificate: conf/a.crt\n      key: conf/a.key\n      generate: true");

    assertThat(ConfigurationFile.load(file, home).listeners()).hasSize(1);
  }

  @Test
  void refusesHalfOfWhatWouldBeMade() throws Exception {
    writeWithTls("certificate: conf/a.crt\n      key: conf/a.key\n      generate: true");
    Files.createFile(home.resolve("conf/a.crt"));

    assertRefused("conf/postern.yaml:6:12: listeners[0].tls.key: file not found: conf/a.key");
  }

  @Test
  void refusesASocketWhosePathIsTooLong() throws Exception {
    Files.writeString(file, SMALLEST + "admin: {socket: /" + "x".repeat(107) + "}\n");

    assertRefused(
        "conf/postern.yaml:6:17: admin.socket: 108 bytes (expected: at most 107, which is what a"
            + " socket's path may have; choose another place, such as /run/postern/admin.sock)");
  }

  private void writeWithTls(String tls) throws IOException {
    Files.writeString(
        file,
        """
        listeners:
          - host: 127.0.0.1
            port: 6432
            tls:
              %s
        authenticator: {plugin: scram}
        router: {plugin: static-routes}
        """
            .formatted(tls));
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> ConfigurationFile.load(file, home))
        .withMessage(message);
  }
}
