package dev.postern.plugins.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** Which file of a log is to go. */
final class Retained {
  private Retained() {}

  /** The oldest one, if it is to go; never the one that is written to, nor the one before it. */
  static @Nullable Path oldest(
      LogDirectory directory, long current, RetentionConfig retention, Instant now)
      throws IOException {
    if (retention.age() == null && retention.size() == null) {
      return null;
    }
    NavigableMap<Long, Path> files = directory.files();
    Map.Entry<Long, Path> oldest = files.firstEntry();
    if (oldest == null || oldest.getKey() >= current - 1) {
      return null;
    }
    if (retention.size() != null) {
      long size = 0;
      for (Path file : files.values()) {
        size += Files.size(file);
      }
      if (size > retention.size().bytes()) {
        return oldest.getValue();
      }
    }
    if (retention.age() != null) {
      Instant ended = Instant.parse(headerBehind(directory, oldest.getValue()).text("time"));
      return ended.isBefore(now.minus(retention.age())) ? oldest.getValue() : null;
    }
    return null;
  }

  /** The first record of the file behind this one. */
  static RecordEnds headerBehind(LogDirectory directory, Path gone) throws IOException {
    NavigableMap<Long, Path> files = directory.files();
    for (Map.Entry<Long, Path> each : files.entrySet()) {
      if (each.getValue().equals(gone)) {
        Map.Entry<Long, Path> behind = files.higherEntry(each.getKey());
        RecordEnds header = behind == null ? null : headerOf(behind.getValue());
        if (header != null && header.isOfKind("file")) {
          return header;
        }
      }
    }
    throw new Damage(directory, "what follows " + gone.getFileName() + " is no file of the log");
  }

  private static @Nullable RecordEnds headerOf(Path path) throws IOException {
    try (LogFile file = LogFile.open(path)) {
      return RecordEnds.of(LogLines.first(file));
    }
  }
}
