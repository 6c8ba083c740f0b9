package dev.postern.plugins.recorder;

import dev.postern.api.DataSize;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin.
 *
 * @param directory where recordings are kept; {@code null}: the instance's data directory
 * @param users whose sessions are recorded; {@code null}: everybody's
 * @param databases sessions with which databases are recorded; {@code null}: with all
 * @param redact what is left out; {@code null}: all values
 * @param maxFileSize at which size a recording ends, 4 KiB or more; {@code null}: 64 MiB
 * @param maxTotalSize how much all recordings in the directory may take up together; {@code null}:
 *     1 GiB
 */
public record RecorderConfig(
    @Nullable Path directory,
    @Nullable NameFilter users,
    @Nullable NameFilter databases,
    @Nullable RedactConfig redact,
    @Nullable DataSize maxFileSize,
    @Nullable DataSize maxTotalSize) {
  private static final DataSize LEAST = DataSize.ofKibibytes(4);
  private static final DataSize FILE_SIZE = DataSize.ofMebibytes(64);
  private static final DataSize TOTAL_SIZE = DataSize.ofMebibytes(1024);

  public RecorderConfig {
    atLeast("max-file-size", maxFileSize);
    atLeast("max-total-size", maxTotalSize);
  }

  DataSize effectiveMaxFileSize() {
    return maxFileSize == null ? FILE_SIZE : maxFileSize;
  }

  DataSize effectiveMaxTotalSize() {
    return maxTotalSize == null ? TOTAL_SIZE : maxTotalSize;
  }

  Redaction effectiveRedaction() {
    return redact == null ? Redaction.VALUES : redact.toRedaction();
  }

  boolean wants(String user, String database) {
    return (users == null || users.accepts(user))
        && (databases == null || databases.accepts(database));
  }

  private static void atLeast(String name, @Nullable DataSize size) {
    if (size != null && size.compareTo(LEAST) < 0) {
      throw new IllegalArgumentException(name + ": " + size + " (expected: " + LEAST + " or more)");
    }
  }
}
