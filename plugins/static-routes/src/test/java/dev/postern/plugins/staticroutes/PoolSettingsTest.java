package dev.postern.plugins.staticroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Pooling.Mode;
import dev.postern.api.routing.Pooling.SessionState;
import dev.postern.api.routing.settings.PoolSettings;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PoolSettingsTest {
  private final Binder binder = new Binder(Path.of("/home"), Map.of());

  @Test
  void withoutAPoolSectionSessionsArePooledWithoutALimit() {
    assertThat(PoolSettings.pooling(null, null)).isEqualTo(Pooling.SESSION);
  }

  @Test
  void theModeGivesTheDefaults() throws Exception {
    assertThat(pooling("{mode: dedicated}")).isEqualTo(Pooling.DEDICATED);
    assertThat(pooling("{mode: session}")).isEqualTo(Pooling.SESSION);
    assertThat(pooling("{mode: transaction}")).isEqualTo(Pooling.TRANSACTION);
    assertThat(pooling("{mode: statement}"))
        .isEqualTo(Pooling.TRANSACTION.with(pool -> pool.mode(Mode.STATEMENT)));
  }

  @Test
  void everyKeyIsTakenOver() throws Exception {
    String yaml =
        """
        mode: transaction
        size: 50
        minimum: 5
        reserve: 10
        reserve-after: 3s
        connections-per-database: 80
        connections-per-role: 60
        wait-timeout: 20s
        idle-timeout: 5m
        lifetime: 30m
        check-after: 15s
        idle-in-transaction-timeout: 1m
        session-state: refuse
        notice-on-pin: true
        prepared-statements: 1000
        """;

    assertThat(pooling(yaml))
        .isEqualTo(
            Pooling.TRANSACTION.with(
                pool ->
                    pool.size(50)
                        .minimum(5)
                        .reserve(10)
                        .reserveAfter(Duration.ofSeconds(3))
                        .connectionsPerDatabase(80)
                        .connectionsPerRole(60)
                        .waitTimeout(Duration.ofSeconds(20))
                        .idleTimeout(Duration.ofMinutes(5))
                        .lifetime(Duration.ofMinutes(30))
                        .checkAfter(Duration.ofSeconds(15))
                        .idleInTransactionTimeout(Duration.ofMinutes(1))
                        .sessionState(SessionState.REFUSE)
                        .noticeOnPin(true)
                        .preparedStatements(1000)));
  }

  @Test
  void aRouteOverridesThePluginKeyByKey() throws Exception {
    PoolSettings plugin = bind("{mode: transaction, size: 50, wait-timeout: 20s}");
    PoolSettings route = bind("{size: 5}");

    assertThat(PoolSettings.pooling(route, plugin))
        .isEqualTo(
            Pooling.TRANSACTION.with(pool -> pool.size(5).waitTimeout(Duration.ofSeconds(20))));
  }

  @Test
  void aRouteOfAnotherModeTakesThatModesDefaultsForWhatNobodyWrote() throws Exception {
    PoolSettings plugin = bind("{mode: transaction, wait-timeout: 20s}");
    PoolSettings route = bind("{mode: session}");

    assertThat(PoolSettings.pooling(route, plugin))
        .isEqualTo(Pooling.SESSION.with(pool -> pool.waitTimeout(Duration.ofSeconds(20))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{size: -1} | configuration:1:8: size: -1 (expected: 0 or more)",
        "{minimum: -1} | configuration:1:11: minimum: -1 (expected: 0 or more)",
        "{reserve: -1} | configuration:1:11: reserve: -1 (expected: 0 or more)",
        "{connections-per-database: -1} |"
            + " configuration:1:28: connections-per-database: -1 (expected: 0 or more)",
        "{connections-per-role: -1} |"
            + " configuration:1:24: connections-per-role: -1 (expected: 0 or more)",
        "{prepared-statements: 0} |"
            + " configuration:1:23: prepared-statements: 0 (expected: 1 or more)",
        "{mode: transactions} | configuration:1:8: mode: transactions",
        "{wait: 1s} | configuration:1:2: wait: unknown setting"
      })
  void whatCannotBeIsRefusedWithItsPlace(String yaml, String message) {
    assertThatThrownBy(() -> bind(yaml))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aMinimumAboveTheSizeIsRefusedWhereverTheTwoAreWritten() {
    assertThatThrownBy(() -> routes("{mode: transaction, minimum: 30}", null))
        .hasMessageContaining("pool.minimum: 30 (expected: at most the size, 20)");
    assertThatThrownBy(() -> routes("{minimum: 30}", "{size: 10}"))
        .hasMessageContaining("routes[0].pool.minimum: 30 (expected: at most the size, 10)");
  }

  private StaticRoutesConfig routes(String plugin, @Nullable String route) throws Exception {
    return binder.bind(
        """
        pool: %s
        routes:
          - name: a
            backends: [{host: 127.0.0.1}]
            %s
        """
            .formatted(plugin, route == null ? "" : "pool: " + route),
        StaticRoutesConfig.class);
  }

  private Pooling pooling(String yaml) throws Exception {
    return PoolSettings.pooling(bind(yaml), null);
  }

  private PoolSettings bind(String yaml) throws Exception {
    return binder.bind(yaml, PoolSettings.class);
  }
}
