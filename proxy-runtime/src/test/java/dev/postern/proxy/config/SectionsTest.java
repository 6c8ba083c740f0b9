package dev.postern.proxy.config;

import static dev.postern.proxy.config.Refusals.expectRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DataSize;
import dev.postern.proxy.config.NetworkConfig.TlsProvider;
import dev.postern.proxy.config.NetworkConfig.Transport;
import dev.postern.proxy.scram.IterationBounds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each section with nothing set and with every key set. */
final class SectionsTest {
  private static final Path HOME = Path.of("/opt/postern");

  private final Binder binder = new Binder(HOME, Map.of());

  @Test
  void networkHasDefaults() throws Exception {
    NetworkConfig network = binder.bind("{}", NetworkConfig.class);

    assertThat(network.effectiveTransport()).isEqualTo(Transport.AUTO);
    assertThat(network.effectiveEventLoops()).isZero();
    assertThat(network.effectiveTlsProvider()).isEqualTo(TlsProvider.AUTO);
  }

  @Test
  void networkTakesEveryKey() throws Exception {
    NetworkConfig network =
        binder.bind(
            "{transport: io_uring, event-loops: 4, tls-provider: jdk}", NetworkConfig.class);

    assertThat(network).isEqualTo(new NetworkConfig(Transport.IO_URING, 4, TlsProvider.JDK));
    assertThat(network.effectiveTransport()).isEqualTo(Transport.IO_URING);
    assertThat(network.effectiveEventLoops()).isEqualTo(4);
    assertThat(network.effectiveTlsProvider()).isEqualTo(TlsProvider.JDK);
  }

  @Test
  void limitsHaveDefaults() throws Exception {
    LimitsConfig limits = binder.bind("{}", LimitsConfig.class);

    assertThat(limits.effectiveSessions()).isEqualTo(10_000);
    assertThat(limits.effectiveSessionsPerUser()).isZero();
    assertThat(limits.effectiveSessionsPerAddress()).isZero();
    assertThat(limits.effectiveLogins()).isEqualTo(1_000);
    assertThat(limits.effectiveFailedLoginsPerAddress()).isEqualTo(100);
    assertThat(limits.effectiveInterceptedMessage()).isEqualTo(DataSize.ofMebibytes(16));
    assertThat(limits.effectivePreparedStatements()).isEqualTo(DataSize.ofMebibytes(8));
    assertThat(limits.effectiveMinScramIterations()).isEqualTo(IterationBounds.DEFAULT.min());
    assertThat(limits.effectiveMaxScramIterations()).isEqualTo(IterationBounds.DEFAULT.max());
  }

  @Test
  void limitsTakeEveryKey() throws Exception {
    LimitsConfig limits =
        binder.bind(
            """
            sessions: 1
            sessions-per-user: 2
            sessions-per-address: 3
            logins: 4
            failed-logins-per-address: 5
            intercepted-message: 6KiB
            prepared-statements: 7KiB
            min-scram-iterations: 8
            max-scram-iterations: 9
            """,
            LimitsConfig.class);

    assertThat(limits)
        .isEqualTo(
            new LimitsConfig(
                1, 2, 3, 4, 5, DataSize.ofKibibytes(6), DataSize.ofKibibytes(7), 8, 9));
    assertThat(limits.effectiveSessions()).isEqualTo(1);
    assertThat(limits.effectiveSessionsPerUser()).isEqualTo(2);
    assertThat(limits.effectiveSessionsPerAddress()).isEqualTo(3);
    assertThat(limits.effectiveLogins()).isEqualTo(4);
    assertThat(limits.effectiveFailedLoginsPerAddress()).isEqualTo(5);
    assertThat(limits.effectiveInterceptedMessage()).isEqualTo(DataSize.ofKibibytes(6));
    assertThat(limits.effectivePreparedStatements()).isEqualTo(DataSize.ofKibibytes(7));
    assertThat(limits.effectiveMinScramIterations()).isEqualTo(8);
    assertThat(limits.effectiveMaxScramIterations()).isEqualTo(9);
  }

  @Test
  void limitsReportAllBrokenRules() {
    expectRefused(
        binder,
        "{sessions: 0, sessions-per-user: -1, logins: 0, intercepted-message: 1B}",
        LimitsConfig.class,
        """
        configuration:1:12: sessions: 0 (expected: 1..)
        configuration:1:34: sessions-per-user: -1 (expected: 0..)
        configuration:1:46: logins: 0 (expected: 1..)
        configuration:1:70: intercepted-message: 1B (expected: 1KiB..1GiB)""");
  }

  @Test
  void limitsRefuseBoundsOfScramIterationsThatLeaveNothing() {
    expectRefused(
        binder,
        "{min-scram-iterations: 5000, max-scram-iterations: 4999}",
        LimitsConfig.class,
        "configuration:1:52: max-scram-iterations: the least is 5000, the most 4999"
            + " (expected: no less than the least)");
    expectRefused(
        binder,
        "{min-scram-iterations: 300000}",
        LimitsConfig.class,
        "configuration:1:24: min-scram-iterations: the least is 300000, the most 200000"
            + " (expected: no less than the least)");
  }

  @Test
  void timeoutsHaveDefaults() throws Exception {
    TimeoutsConfig timeouts = binder.bind("{}", TimeoutsConfig.class);

    assertThat(timeouts.effectiveLogin()).isEqualTo(Duration.ofSeconds(60));
    assertThat(timeouts.effectiveConnect()).isEqualTo(Duration.ofSeconds(5));
    assertThat(timeouts.effectiveIdle()).isZero();
    assertThat(timeouts.effectiveDrain()).isEqualTo(Duration.ofSeconds(30));
    assertThat(timeouts.effectiveInterceptor()).isEqualTo(Duration.ofSeconds(20));
    assertThat(timeouts.effectiveDeparted()).isEqualTo(Duration.ofSeconds(15));
    assertThat(timeouts.effectiveExpired()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void timeoutsTakeEveryKey() throws Exception {
    TimeoutsConfig timeouts =
        binder.bind(
            "{login: 1s, connect: 2s, idle: 3s, drain: 4s, interceptor: 5s, departed: 6s, expired: 7s}",
            TimeoutsConfig.class);

    assertThat(timeouts.effectiveLogin()).isEqualTo(Duration.ofSeconds(1));
    assertThat(timeouts.effectiveConnect()).isEqualTo(Duration.ofSeconds(2));
    assertThat(timeouts.effectiveIdle()).isEqualTo(Duration.ofSeconds(3));
    assertThat(timeouts.effectiveDrain()).isEqualTo(Duration.ofSeconds(4));
    assertThat(timeouts.effectiveInterceptor()).isEqualTo(Duration.ofSeconds(5));
    assertThat(timeouts.effectiveDeparted()).isEqualTo(Duration.ofSeconds(6));
    assertThat(timeouts.effectiveExpired()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "login: 0s | login: 0s (expected: 1s..10m)",
        "connect: 11m | connect: 11m (expected: 10ms..10m)",
        "idle: 500ms | idle: less than 1s (expected: 0s for none, or 1s or more)",
        "interceptor: 0s | interceptor: 0s (expected: 10ms..24h)",
        "departed: 2d | departed: 48h (expected: 0s..24h)"
      })
  void timeoutsHaveRanges(String yaml, String message) {
    int column = yaml.indexOf(' ') + 2;
    expectRefused(binder, yaml, TimeoutsConfig.class, "configuration:1:" + column + ": " + message);
  }

  @Test
  void placesAreInTheInstallationByDefault() throws Exception {
    StoreConfig store = binder.bind("{}", StoreConfig.class);

    assertThat(store.effectiveDirectory(HOME)).isEqualTo(HOME.resolve("data"));
    assertThat(store.effectiveBackendPasswordKey(HOME))
        .isEqualTo(HOME.resolve("conf/backend-passwords.key"));
    assertThat(binder.bind("{}", AdminConfig.class).effectiveSocket(HOME))
        .isEqualTo(HOME.resolve("run/admin.sock"));
    assertThat(binder.bind("{}", PluginsConfig.class).effectiveDirectory(HOME))
        .isEqualTo(HOME.resolve("plugins"));
  }

  @Test
  void placesCanBeElsewhere() throws Exception {
    StoreConfig store =
        binder.bind("{directory: d, backend-password-key: /etc/k}", StoreConfig.class);

    assertThat(store.effectiveDirectory(HOME)).isEqualTo(HOME.resolve("d"));
    assertThat(store.effectiveBackendPasswordKey(HOME)).isEqualTo(Path.of("/etc/k"));
    assertThat(binder.bind("socket: /run/p.sock", AdminConfig.class).effectiveSocket(HOME))
        .isEqualTo(Path.of("/run/p.sock"));
    assertThat(binder.bind("directory: p", PluginsConfig.class).effectiveDirectory(HOME))
        .isEqualTo(HOME.resolve("p"));
  }

  @Test
  void aPluginIsCalledByItsOwnNameByDefault() throws Exception {
    PluginInstanceConfig instance = binder.bind("plugin: scram", PluginInstanceConfig.class);

    assertThat(instance.effectiveName()).isEqualTo("scram");
    assertThat(instance.config())
        .isEqualTo(binder.bind("{plugin: a, config: {}}", PluginInstanceConfig.class).config());
  }

  @Test
  void aPluginTakesEveryKey() throws Exception {
    PluginInstanceConfig instance =
        binder.bind(
            "{plugin: query-log, name: audit-2, config: {a: 1}}", PluginInstanceConfig.class);

    assertThat(instance.plugin()).isEqualTo("query-log");
    assertThat(instance.effectiveName()).isEqualTo("audit-2");
    assertThat(instance.config().location().path()).isEqualTo("config");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Audit", "a_b", "../x", "-a", "a/b", "a b"})
  void aNameIsFitForAFolder(String name) {
    expectRefused(
        binder,
        "{plugin: x, name: \"" + name + "\"}",
        PluginInstanceConfig.class,
        "configuration:1:19: name: \""
            + name
            + "\" (expected: lower-case letters, digits and hyphens, at most 63)");
  }
}
