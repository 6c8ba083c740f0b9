package dev.postern.plugins.limits;

import dev.postern.api.DataSize;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes.
 *
 * @param rate how many in {@code per}, 1 B or more
 * @param per 1 ms to a day; {@code null}: a second
 * @param burst how many at once after a pause; {@code null}: {@code rate}
 */
public record SizeRateConfig(DataSize rate, @Nullable Duration per, @Nullable DataSize burst) {
  public SizeRateConfig {
    if (rate.bytes() < 1) {
      throw new IllegalArgumentException("rate: 0B (expected: 1B or more)");
    }
    Period.check(per);
    if (burst != null) {
      if (burst.bytes() < 1) {
        throw new IllegalArgumentException("burst: 0B (expected: 1B or more)");
      }
      Period.checkBurst(burst.bytes(), rate.bytes(), per);
    }
  }

  Rate toRate(String unit) {
    return Rate.of(
        rate.bytes(),
        Period.effective(per),
        burst == null ? rate.bytes() : burst.bytes(),
        rate + " " + unit + " per " + Period.shown(per));
  }
}
