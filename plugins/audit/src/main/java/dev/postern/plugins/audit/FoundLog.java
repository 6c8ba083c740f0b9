package dev.postern.plugins.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the log ends that an instance finds when it begins.
 *
 * @param file its last one with a record, or the first; open, and the caller's to close. {@code
 *     null} where none of them can be gone on with
 * @param logId its name, which all its files have
 * @param last its last whole record; {@code null} if there is none at all
 */
record FoundLog(@Nullable LogFile file, Position end, String logId, @Nullable RecordEnds last) {
  /**
   * Looks into the files of a directory.
   *
   * @throws Damage if what is there is no log
   */
  static FoundLog in(LogDirectory directory, LogFile.Opening opening) throws IOException {
    for (Map.Entry<Long, Path> each : directory.files().descendingMap().entrySet()) {
      LogFile opened = opening.open(each.getValue());
      try {
        long whole = LogLines.end(opened);
        if (whole > 0) {
          return of(directory, each.getKey(), opened, whole);
        }
        if (each.getKey() == 1) {
          return new FoundLog(opened, Position.START, UUID.randomUUID().toString(), null);
        }
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
      // Begun, but its header was not finished: it is begun again.
      opened.close();
    }
    return new FoundLog(null, Position.START, "", null);
  }

  private static FoundLog of(LogDirectory directory, long number, LogFile opened, long whole)
      throws IOException {
    RecordEnds header = RecordEnds.of(LogLines.first(opened));
    RecordEnds last = RecordEnds.of(LogLines.before(opened, whole));
    Instant begun = header == null ? null : header.time();
    if (header == null || begun == null || last == null || !header.isOfKind("file")) {
      throw new Damage(
          directory, directory.file(number).getFileName() + " ends in what is no record");
    }
    Position end =
        new Position(number, whole, last.seq(), last.hash(), Position.UNKNOWN_KEY, begun);
    return new FoundLog(opened, end, header.text("log"), last);
  }

  /**
   * Compares its end with what its anchor names.
   *
   * @throws Damage if records are missing, or are others
   */
  void check(LogDirectory directory, String anchor) throws Damage {
    long seq = AnchorLine.seq(directory, anchor);
    if (seq > end.seq()) {
      throw new Damage(
          directory,
          "the log ends with record " + end.seq() + ", and the anchor names record " + seq);
    }
    if (seq == end.seq() && !anchor.contains("\"hash\":\"" + end.hash() + '"')) {
      throw new Damage(directory, "the anchor names another record " + seq);
    }
  }

  /** Whether its last writer did not come to say that it ended. */
  boolean isUnclean() {
    return last != null && !last.isOfKind("closed");
  }

  /** Half a line at its end; usually empty. */
  byte[] torn() throws IOException {
    if (file == null || end.file() == 0) {
      return new byte[0];
    }
    return file.read(end.offset(), Math.toIntExact(file.size() - end.offset()));
  }
}
