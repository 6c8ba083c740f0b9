package dev.postern.plugins.recorder;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** How far the file of a recording has come. Used by the writer's thread only. */
final class RecordingFile {
  static final String SUFFIX = ".recording";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  final String name;
  final ByteArrayOutputStream unwritten = new ByteArrayOutputStream();
  long written;
  boolean created;
  boolean finished;

  RecordingFile(String sessionId, Instant startedAt) {
    this.name = TIME.format(startedAt) + "-" + sessionId.replaceAll("[^A-Za-z0-9_-]", "_") + SUFFIX;
  }

  long size() {
    return written + unwritten.size();
  }
}
