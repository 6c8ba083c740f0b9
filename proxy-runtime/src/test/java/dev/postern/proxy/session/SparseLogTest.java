package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SparseLogTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE); // which wraps
  private final SparseLog log = new SparseLog(Duration.ofSeconds(10), clock::get);

  @Test
  void letsTheFirstLineIn() {
    assertThat(log.mayLog()).isTrue();
  }

  @Test
  void keepsLinesOutUntilThePauseIsOver() {
    log.mayLog();
    clock.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
    assertThat(log.mayLog()).isFalse();
    clock.addAndGet(1);
    assertThat(log.mayLog()).isTrue();
    assertThat(log.mayLog()).isFalse();
  }
}
