package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    assertThat(configuration.network()).isEqualTo(new NetworkConfig(null, null));
    assertThat(configuration.effectiveInterceptors()).isEmpty();
    assertThat(configuration.router().effectiveName()).isEqualTo("static-routes");
  }

  @Test
  void namesTheFileRelativeToTheInstallation() throws Exception {
    Files.writeString(file, SMALLEST + "limits: {sessions: -1}\n");

    assertRefused("conf/postern.yaml:6:20: limits.sessions: -1 (expected: 1..)");
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
        conf/postern.yaml:1:1: authenticator: missing (expected: the keys plugin, name, config)
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
        conf/postern.yaml: listeners: missing (expected: a list)
        conf/postern.yaml: authenticator: missing (expected: the keys plugin, name, config)
        conf/postern.yaml: router: missing (expected: the keys plugin, name, config)""");
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> ConfigurationFile.load(file, home))
        .withMessage(message);
  }
}
