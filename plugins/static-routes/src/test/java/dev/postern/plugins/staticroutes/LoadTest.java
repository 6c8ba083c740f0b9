package dev.postern.plugins.staticroutes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoadTest {
  private static final long WINDOW = Load.MEMORY.toNanos();

  private final Load load = new Load(0);

  @Test
  void sessionsCountUntilTheyClose() {
    load.opened();
    load.opened();
    load.closed();
    assertThat(load.count(100 * WINDOW)).isEqualTo(1);
  }

  @Test
  void aLoginCountsOnceBeforeAndAfterItArrives() {
    load.sent(0);
    assertThat(load.count(0)).isEqualTo(1);
    load.arrived(0);
    load.opened();
    assertThat(load.count(0)).isEqualTo(1);
  }

  @Test
  void aLoginThatWasGivenUpIsForgottenAfterAWhile() {
    load.sent(WINDOW - 1);
    assertThat(load.count(WINDOW)).isEqualTo(1);
    assertThat(load.count(2 * WINDOW)).isZero();
  }

  @Test
  void aLongSilenceForgetsAllLogins() {
    load.sent(0);
    assertThat(load.count(5 * WINDOW)).isZero();
  }

  @Test
  void anArrivalThatWasNotSentDoesNotCountBelowZero() {
    load.arrived(0);
    assertThat(load.count(0)).isZero();
  }
}
