package dev.postern.plugins.querylog;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin.
 *
 * @param file where to write JSON lines; {@code null}: the logger {@code
 *     dev.postern.plugins.querylog} gets the lines
 * @param maxLength how many characters of a statement are kept, 1 to {@value #MAX_LENGTH_LIMIT};
 *     {@code null}: {@value #MAX_LENGTH}
 * @param redactLiterals whether the values in statements are replaced by {@code ?}; {@code null}:
 *     no, except in statements that speak of a password
 * @param slowerThan statements that succeed in less than this are left out; {@code null}: none is
 * @param users whose sessions are logged; {@code null}: everybody's
 * @param databases sessions with which databases are logged; {@code null}: with all
 */
public record QueryLogConfig(
    @Nullable Path file,
    @Nullable Integer maxLength,
    @Nullable Boolean redactLiterals,
    @Nullable Duration slowerThan,
    @Nullable NameFilter users,
    @Nullable NameFilter databases) {
  static final int MAX_LENGTH = 2048;
  static final int MAX_LENGTH_LIMIT = 1_000_000;

  public QueryLogConfig {
    if (maxLength != null && (maxLength < 1 || maxLength > MAX_LENGTH_LIMIT)) {
      throw new IllegalArgumentException(
          "max-length: " + maxLength + " (expected: 1.." + MAX_LENGTH_LIMIT + ")");
    }
    if (slowerThan != null && slowerThan.isNegative()) {
      throw new IllegalArgumentException("slower-than: negative");
    }
  }

  int effectiveMaxLength() {
    return maxLength == null ? MAX_LENGTH : maxLength;
  }

  boolean effectiveRedactLiterals() {
    return redactLiterals != null && redactLiterals;
  }

  Duration effectiveSlowerThan() {
    return slowerThan == null ? Duration.ZERO : slowerThan;
  }

  boolean wants(String user, String database) {
    return (users == null || users.accepts(user))
        && (databases == null || databases.accepts(database));
  }
}
