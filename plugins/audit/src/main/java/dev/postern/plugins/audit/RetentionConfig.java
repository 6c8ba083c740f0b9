package dev.postern.plugins.audit;

import dev.postern.api.DataSize;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which files are removed, oldest first; the one that is written to never is.
 *
 * @param age those of which the last record is older, 1s or more; {@code null}: none
 * @param size the oldest, while all together are larger, 4KiB or more; {@code null}: none
 */
public record RetentionConfig(@Nullable Duration age, @Nullable DataSize size) {
  public RetentionConfig {
    if (age != null && age.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("age: less than a second");
    }
    if (size != null && size.bytes() < 4096) {
      throw new IllegalArgumentException("size: " + size + " (expected: 4KiB..)");
    }
  }
}
