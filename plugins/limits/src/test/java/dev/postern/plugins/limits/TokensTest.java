package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TokensTest {
  private static final long MILLI = 1_000_000;

  @Test
  void givesItsBurstAndThenItsRate() {
    Tokens tokens = new Tokens(Rate.of(3, Duration.ofSeconds(1), 5, ""), -1);
    for (int i = 0; i < 5; i++) {
      assertThat(tokens.takeOne(-1)).isZero();
    }
    assertThat(tokens.takeOne(-1)).isBetween(333 * MILLI, 334 * MILLI);
    assertThat(tokens.takeOne(334 * MILLI)).isZero();
    assertThat(tokens.takeOne(334 * MILLI)).isPositive();
  }

  @Test
  void neverHoldsMoreThanItsBurst() {
    Tokens tokens = new Tokens(Rate.of(10, Duration.ofSeconds(1), 2, ""), 0);
    long later = Duration.ofDays(1).toNanos();
    assertThat(tokens.takeOne(later)).isZero();
    assertThat(tokens.takeOne(later)).isZero();
    assertThat(tokens.takeOne(later)).isPositive();
  }

  @Test
  void isInDebtForWhatIsChargedAfterwards() {
    Tokens tokens = new Tokens(Rate.of(100, Duration.ofSeconds(1), 100, ""), 0);
    tokens.charge(1000, 0);
    assertThat(tokens.waitForAny(0)).isBetween(9_000 * MILLI, 9_001 * MILLI);
    assertThat(tokens.waitForAny(9_001 * MILLI)).isZero();
    assertThat(tokens.isFull(9_999 * MILLI)).isFalse();
    assertThat(tokens.isFull(10_000 * MILLI)).isTrue();
  }

  @Test
  void debtsDoNotOverflow() {
    Tokens tokens = new Tokens(Rate.of(1, Duration.ofDays(1), 1, ""), 0);
    for (int i = 0; i < 100; i++) {
      tokens.charge(Long.MAX_VALUE, i);
    }
    assertThat(tokens.waitForAny(0)).isPositive();
  }

  @Test
  void gigabytesASecondAreCountedToo() {
    Tokens tokens = new Tokens(Rate.of(10L << 30, Duration.ofSeconds(1), 10L << 30, ""), 0);
    tokens.charge(20L << 30, 0);
    assertThat(tokens.waitForAny(0)).isBetween(999 * MILLI, 1_001 * MILLI);
  }
}
