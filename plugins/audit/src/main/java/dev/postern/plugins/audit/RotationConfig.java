package dev.postern.plugins.audit;

import dev.postern.api.DataSize;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the next file is begun.
 *
 * @param size when a file has at least this, 4KiB or more; {@code null}: 64MiB
 * @param age when a file was begun so long ago, 1s or more; {@code null}: a day
 */
public record RotationConfig(@Nullable DataSize size, @Nullable Duration age) {
  private static final DataSize SIZE = DataSize.ofMebibytes(64);
  private static final DataSize MIN_SIZE = DataSize.ofKibibytes(4);
  private static final Duration AGE = Duration.ofDays(1);

  public RotationConfig {
    if (size != null && size.compareTo(MIN_SIZE) < 0) {
      throw new IllegalArgumentException("size: " + size + " (expected: " + MIN_SIZE + "..)");
    }
    if (age != null && age.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("age: less than a second");
    }
  }

  long effectiveSize() {
    return (size == null ? SIZE : size).bytes();
  }

  Duration effectiveAge() {
    return age == null ? AGE : age;
  }
}
