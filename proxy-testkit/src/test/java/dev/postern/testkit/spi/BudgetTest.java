package dev.postern.testkit.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.Query;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class BudgetTest {
  private static final Duration AMPLE = Duration.ofMillis(10);

  private final AtomicLong seen = new AtomicLong();
  private final AtomicReference<Object> kept = new AtomicReference<>(this);

  private final MessageInterceptor counting =
      (session, interests) ->
          interests.observeFrontend(Query.class, query -> seen.incrementAndGet());

  private final MessageInterceptor allocating =
      (session, interests) ->
          interests.observeFrontend(Query.class, query -> kept.set(new byte[1000]));

  private final MessageInterceptor slow =
      (session, interests) ->
          interests.observeFrontend(
              Query.class,
              query -> {
                long end = System.nanoTime() + 50_000;
                while (System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
              });

  @Test
  void aHandlerThatAllocatesNothingCostsNothing() {
    Budget.of(counting).per(new Query("SELECT 1")).isAtMost(0, AMPLE);

    assertThat(seen.get()).isGreaterThan(1000);
  }

  @Test
  void bytesAreThoseOfOneMessage() {
    Budget budget =
        Budget.of(allocating).per(new Query("SELECT 1")).perAnswer(new CommandComplete("SELECT 1"));

    assertThat(budget.measure().bytes()).isBetween(508.0, 520.0); // 1016 for one of two
  }

  @Test
  void saysWhatWasMeasured() {
    assertThatThrownBy(() -> Budget.of(allocating).per(new Query("SELECT 1")).isAtMost(100, AMPLE))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching(
            ".*: 1016\\.\\d bytes and [0-9.]+ us per message \\(expected: at most 100 bytes and"
                + " 10000.00 us; 1 messages, 9 rounds\\)");
  }

  @Test
  void findsAHandlerThatIsSlow() {
    assertThatThrownBy(
            () ->
                Budget.of(slow).per(new Query("SELECT 1")).isAtMost(1000, Duration.ofNanos(20_000)))
        .isInstanceOf(AssertionError.class);
  }
}
