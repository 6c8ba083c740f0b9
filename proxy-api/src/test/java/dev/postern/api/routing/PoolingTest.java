package dev.postern.api.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.routing.Pooling.Mode;
import dev.postern.api.routing.Pooling.SessionState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PoolingTest {
  @Test
  void nothingChangedIsTheSame() {
    assertThat(Pooling.TRANSACTION.with(_ -> {})).isEqualTo(Pooling.TRANSACTION);
  }

  @Test
  void everySettingIsChangedByItsOwnName() {
    Pooling changed =
        Pooling.DEDICATED.with(
            pool ->
                pool.mode(Mode.STATEMENT)
                    .size(9)
                    .minimum(2)
                    .reserve(3)
                    .reserveAfter(Duration.ofSeconds(4))
                    .connectionsPerDatabase(12)
                    .connectionsPerRole(13)
                    .waitTimeout(Duration.ofSeconds(5))
                    .idleTimeout(Duration.ofSeconds(6))
                    .lifetime(Duration.ofSeconds(7))
                    .checkAfter(Duration.ofSeconds(8))
                    .idleInTransactionTimeout(Duration.ofSeconds(10))
                    .sessionState(SessionState.REFUSE)
                    .noticeOnPin(true)
                    .preparedStatements(11));

    assertThat(changed)
        .isEqualTo(
            new Pooling(
                Mode.STATEMENT,
                9,
                2,
                3,
                Duration.ofSeconds(4),
                12,
                13,
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                Duration.ofSeconds(8),
                Duration.ofSeconds(10),
                SessionState.REFUSE,
                true,
                11));
  }

  @Test
  void onlyTheOutcomeHasToFitTogether() {
    assertThat(Pooling.TRANSACTION.with(pool -> pool.minimum(30).size(40)).minimum()).isEqualTo(30);
    assertThatThrownBy(() -> Pooling.TRANSACTION.with(pool -> pool.minimum(30)))
        .hasMessage("minimum: 30 (expected: at most the size, 20)");
  }
}
