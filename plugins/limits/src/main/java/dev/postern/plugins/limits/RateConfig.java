package dev.postern.plugins.limits;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many statements or rows.
 *
 * @param rate how many in {@code per}, 1 to {@value #MAX_RATE}
 * @param per 1 ms to a day; {@code null}: a second
 * @param burst how many at once after a pause, from 1; {@code null}: {@code rate}
 */
public record RateConfig(long rate, @Nullable Duration per, @Nullable Long burst) {
  static final long MAX_RATE = 1_000_000_000;

  public RateConfig {
    if (rate < 1 || rate > MAX_RATE) {
      throw new IllegalArgumentException("rate: " + rate + " (expected: 1.." + MAX_RATE + ")");
    }
    Period.check(per);
    if (burst != null) {
      if (burst < 1) {
        throw new IllegalArgumentException("burst: " + burst + " (expected: 1 or more)");
      }
      Period.checkBurst(burst, rate, per);
    }
  }

  Rate toRate(String unit) {
    return Rate.of(
        rate,
        Period.effective(per),
        burst == null ? rate : burst,
        rate + " " + unit + " per " + Period.shown(per));
  }
}
