package dev.postern.proxy.audit;

import dev.postern.api.Bytes;
import dev.postern.proxy.audit.AuditReport.End;
import dev.postern.proxy.audit.AuditReport.Finding;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a log: that every record is as it was written, and none is missing, added or in another
 * place. Goes on behind what is wrong, so that one fault is one finding. Used once, by one thread.
 */
public final class AuditVerifier {
  private static final String NONE = "0".repeat(64);
  private static final Set<String> NAMES_ITS_KEY = Set.of("file", "joined", "key");

  private final AuditFiles log;
  private final AuditKeys keys;
  private final @Nullable ExpectedRecord expected;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<String> unchecked = new LinkedHashSet<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<String> removedEnds = new HashSet<>();
  private long moreFindings;
  private long records;
  private @Nullable End first;
  private @Nullable End last;

  /** What the first record says of the one before it. */
  private String before = NONE;

  private String keyId = "";
  private @Nullable String logId;
  private String lastKind = "";

  /** What stands behind the last line of the file before. */
  private Bytes torn = Bytes.EMPTY;

  private String fileName = "";
  private String fileBefore = "";
  private long line;

  /**
   * @param expected a record that must be in the log; {@code null}: none is known
   */
  public AuditVerifier(AuditFiles log, AuditKeys keys, @Nullable ExpectedRecord expected) {
    this.log = log;
    this.keys = keys;
    this.expected = expected;
  }

  /**
   * Checks it.
   *
   * @throws IOException if anything cannot be read
   */
  public AuditReport verify() throws IOException {
    Path directory = log.directory();
    boolean written = directory != null && AuditFiles.isWritten(directory);
    AnchorCheck anchor = directory == null ? null : AnchorCheck.read(directory, keys);
    log.misplaced().forEach(this::found);
    long number = 0;
    for (Path file : log.files()) {
      long own = AuditFiles.number(file);
      fileBefore = fileName;
      fileName = String.valueOf(file.getFileName());
      line = 0;
      if (number > 0 && own > number + 1) {
        found("the file before it is missing: %d of them".formatted(own - number - 1));
      }
      number = own;
      read(file, own, anchor);
    }
    endOfLog(written);
    checkBeginning(directory != null);
    if (anchor != null) {
      line = 0;
      fileName = AnchorCheck.NAME;
      anchor.check(last == null ? 0 : last.seq(), logId, this::found, unchecked::add);
    }
    if (expected != null) {
      expected.check(last == null ? 0 : last.seq(), what -> found(what));
    }
    log.noteOfForeign().ifPresent(notes::add);
    return new AuditReport(
        log.files().size(),
        records,
        first,
        last,
        List.copyOf(findings),
        moreFindings,
        List.copyOf(unchecked),
        List.copyOf(notes));
  }

  private void read(Path file, long number, @Nullable AnchorCheck anchor) throws IOException {
    try (LogLines lines = new LogLines(file)) {
      for (byte[] bytes = lines.next(); bytes != null; bytes = lines.next()) {
        line++;
        AuditRecord record = AuditRecord.of(bytes);
        if (record == null) {
          found("is no record");
          continue;
        }
        accept(record, number);
        if (anchor != null) {
          anchor.seen(record);
        }
        if (expected != null) {
          expected.seen(record);
        }
      }
      if (line == 0) {
        found("has no record");
      }
      torn = Bytes.wrap(lines.rest());
    }
  }

  private void accept(AuditRecord record, long number) {
    records++;
    boolean begins = record.kind().equals("file");
    if (begins != (line == 1)) {
      found(begins ? "a file begins in the middle of another" : "the file's header is missing");
    }
    if (NAMES_ITS_KEY.contains(record.kind()) || record.kind().equals("removed")) {
      JsonObject fields = record.fields();
      if (fields == null) {
        found("is no record");
        return;
      }
      if (begins) {
        header(fields, number);
      }
      if (record.kind().equals("removed")) {
        removedEnds.add(whole(fields, "lastSeq") + ":" + text(fields, "lastHash"));
      } else {
        keyIs(text(fields, "key"));
      }
    }
    boolean unchanged = checkHash(record);
    checkPlace(record, unchanged);
    lastKind = record.kind();
  }

  private void header(JsonObject fields, long number) {
    if (whole(fields, "format") != 1) {
      found("has a format that this Postern does not know");
    }
    if (number > 0 && whole(fields, "file") != number) {
      found("was written as file " + whole(fields, "file"));
    }
    String id = text(fields, "log");
    if (logId == null) {
      logId = id;
    } else if (!logId.equals(id)) {
      found("belongs to another log");
    }
    if (first == null) {
      return;
    }
    long said = fields.containsKey("torn") ? whole(fields, "torn") : 0;
    String hash = keys.hash("", torn);
    if (torn.length() > 0
        && said == torn.length()
        && hash != null
        && hash.equals(text(fields, "tornHash"))) {
      notes.add(
          "%s ends in %d bytes of a record that was being written when Postern was killed; the next file says so"
              .formatted(fileBefore, torn.length()));
    } else if (torn.length() != said) {
      found(
          "%s ends in %d bytes that are no record, where there were %d"
              .formatted(fileBefore, torn.length(), said));
    } else if (torn.length() > 0) {
      found("the half record at the end of " + fileBefore + " was changed");
    }
  }

  private void keyIs(String named) {
    keyId = named;
    if (named.isEmpty() && !keys.isEmpty()) {
      found("is written without a key");
    }
  }

  private boolean checkHash(AuditRecord record) {
    String hash = keys.hash(keyId, record.bytes().slice(0, record.hashed()));
    if (hash == null) {
      unchecked.add("records are hashed with key " + keyId + ": give it with --key");
      return true;
    }
    if (hash.equals(record.hash())) {
      return true;
    }
    found("record %d was changed: its hash is another".formatted(record.seq()));
    return false;
  }

  private void checkPlace(AuditRecord record, boolean unchanged) {
    End end = new End(record.seq(), record.time(), record.hash());
    End previous = last;
    if (previous == null) {
      first = end;
      before = record.previous();
    } else if (record.seq() > previous.seq() + 1) {
      found(records(previous.seq() + 1, record.seq() - 1, "is", "are") + " missing before it");
    } else if (record.seq() <= previous.seq()) {
      found(
          "record %d stands behind record %d: it was repeated, added or moved"
              .formatted(record.seq(), previous.seq()));
    } else if (!record.previous().equals(previous.hash())) {
      found(
          unchanged
              ? "record %d does not follow the record before it, which was replaced or added"
                  .formatted(record.seq())
              : "record %d was replaced".formatted(record.seq()));
    }
    last = end;
  }

  private void endOfLog(boolean written) {
    if (torn.length() > 0) {
      if (written) {
        notes.add("%s is being written to".formatted(fileName));
      } else {
        line++;
        found(
            "%d bytes that are no record: Postern was killed and has not been started since, or the file was cut"
                .formatted(torn.length()));
      }
    } else if (written) {
      notes.add("a Postern is writing to it");
    } else if (last != null && !lastKind.equals("closed")) {
      notes.add("the log was not closed: Postern was killed, or the end is in another file");
    }
  }

  private void checkBeginning(boolean all) {
    End begin = first;
    if (begin == null || begin.seq() == 1) {
      if (begin != null && !before.equals(NONE)) {
        fileName = String.valueOf(log.files().getFirst().getFileName());
        line = 1;
        found("record 1 says that there was one before it");
      }
      return;
    }
    long end = begin.seq() - 1;
    if (!all) {
      notes.add(records(1, end, "is in another file", "are in other files"));
    } else if (removedEnds.contains(end + ":" + before)) {
      notes.add(records(1, end, "was", "were") + " removed by retention, and the log says so");
    } else {
      fileName = String.valueOf(log.files().getFirst().getFileName());
      line = 1;
      found(
          records(1, end, "is", "are")
              + " missing, and the log does not say that "
              + (end == 1 ? "it was" : "they were")
              + " removed");
    }
  }

  /** What is so of one record, or of several. */
  private static String records(long from, long to, String ofOne, String ofMany) {
    return from == to
        ? "record %d %s".formatted(from, ofOne)
        : "records %d to %d %s".formatted(from, to, ofMany);
  }

  private void found(String what) {
    found(new Finding(fileName, line, what));
  }

  private void found(Finding finding) {
    if (findings.size() < AuditReport.MOST_FINDINGS) {
      findings.add(finding);
    } else {
      moreFindings++;
    }
  }

  static String text(JsonObject fields, String name) {
    return fields.get(name) instanceof JsonString text ? text.getString() : "";
  }

  static long whole(JsonObject fields, String name) {
    return fields.get(name) instanceof JsonNumber number ? number.longValue() : -1;
  }
}
