package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LifetimeTest {
  private static final Duration LIFETIME = Duration.ofHours(1);

  @Test
  void connectionsOpenedAtOnceAreReplacedOneAfterTheOther() {
    long[] expiries = LongStream.range(0, 1000).map(_ -> Pool.expiry(LIFETIME, 5)).toArray();

    assertThat(LongStream.of(expiries).map(expiry -> (expiry - 5) / 1_000_000_000L).boxed())
        .allSatisfy(seconds -> assertThat(seconds).isBetween(3240L, 3960L))
        .anySatisfy(seconds -> assertThat(seconds).isLessThan(3300L))
        .anySatisfy(seconds -> assertThat(seconds).isGreaterThan(3900L));
  }

  @Test
  void withoutALifetimeNoneIsReplaced() {
    long now = System.nanoTime();
    assertThat(Pool.expiry(Duration.ZERO, now) - now)
        .isGreaterThan(Duration.ofDays(36_500).toNanos());
  }

  @Test
  void connectionsOfOneBurstAreNotSparedAtOnce() {
    assertThat(DoubleStream.generate(Pool::nearlyOne).limit(1000).boxed())
        .allSatisfy(patience -> assertThat(patience).isBetween(0.9, 1.1))
        .anySatisfy(patience -> assertThat(patience).isLessThan(0.92))
        .anySatisfy(patience -> assertThat(patience).isGreaterThan(1.08));
  }
}
