package dev.postern.plugins.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a log and the chain over them. Several instances may write to one log, such as one
 * and the one that replaces it: each takes its turn under a monitor that they share, and goes on
 * where the chain ends then. Used by one thread.
 */
final class ChainedLog {
  private static final Logger log = LoggerFactory.getLogger(ChainedLog.class);
  private static final int FORMAT = 1;

  private final LogDirectory directory;
  private final Object turn;
  private final String instance;
  private final ChainHash hash;
  private final RotationConfig rotation;
  private final RetentionConfig retention;
  private final Redaction redaction;
  private final InstantSource clock;
  private final LogFile.Opening opening;
  private final RecordLines lines;
  private final WholeWrites writes = new WholeWrites();
  private final Anchor anchor;

  private String logId = "";
  private Position end = Position.START;
  private @Nullable LogFile file;

  /**
   * @param turn the same object for all who write to this directory
   */
  ChainedLog(
      LogDirectory directory,
      Object turn,
      String instance,
      ChainHash hash,
      AuditConfig config,
      InstantSource clock,
      LogFile.Opening opening) {
    this.directory = directory;
    this.turn = turn;
    this.instance = instance;
    this.hash = hash;
    this.rotation = config.effectiveRotate();
    this.retention = config.effectiveRetain();
    this.redaction = new Redaction(config.effectiveKeepLiterals(), config.effectiveRedact());
    this.clock = clock;
    this.opening = opening;
    this.lines = new RecordLines(hash, instance);
    this.anchor = new Anchor(directory, lines, hash, clock, opening);
  }

  /**
   * Goes on with the log that is there, or begins one.
   *
   * @param first whether nobody else writes to it now: what its last writer left half written is
   *     then given up, and the next file says so
   * @throws Damage if records are missing at its end
   */
  void begin(boolean first) throws IOException {
    synchronized (turn) {
      if (first) {
        beginFile();
      } else {
        join();
      }
      anchor.name(end, logId);
    }
  }

  private void beginFile() throws IOException {
    NavigableMap<Long, Path> files = directory.files();
    String named = directory.anchor();
    JsonLine facts = new JsonLine().put("cause", files.isEmpty() ? "first" : "start");
    if (files.isEmpty()) {
      if (named != null && AnchorLine.seq(directory, named) > 0) {
        throw new Damage(directory, "there is an anchor and no file of the log");
      }
      logId = UUID.randomUUID().toString();
      // First of all, so that a log without an anchor is one that has lost it.
      anchor.name(end, logId);
    } else {
      if (named == null) {
        throw new Damage(directory, "the anchor is missing");
      }
      FoundLog found = goOnWithWhatIsThere();
      found.check(directory, named);
      if (found.isUnclean()) {
        facts.put("unclean", true);
      }
      noteTorn(found, facts);
    }
    startFile(facts);
  }

  private FoundLog goOnWithWhatIsThere() throws IOException {
    FoundLog found = FoundLog.in(directory, opening);
    file = found.file();
    end = found.end();
    logId = found.logId();
    return found;
  }

  /** Half a line at the end is left as it is, and told of in the chain. */
  private void noteTorn(FoundLog found, JsonLine facts) throws IOException {
    byte[] torn = found.torn();
    if (torn.length > 0) {
      facts.put("torn", torn.length).put("tornHash", hash.plainHash(torn));
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("file", directory.file(end.file()))
          .addKeyValue("bytes", torn.length)
          .log("the audit log was not closed, and ends in half a record");
    }
  }

  private void join() throws IOException {
    goOnWithWhatIsThere();
    lines.clear();
    JsonLine fields = lines.keyed(new JsonLine().put("instance", instance));
    write(lines.add(end, clock.instant(), "joined", fields));
  }

  /** Writes records, all or none of them. */
  void append(List<? extends Entry> entries) throws IOException {
    synchronized (turn) {
      refresh();
      if (end.offset() >= rotation.effectiveSize()) {
        rotate();
      }
      lines.clear();
      Position next = end;
      for (Entry entry : entries) {
        JsonLine json = new JsonLine();
        entry.write(json, redaction);
        next = lines.add(next, entry.time(), entry.kind(), json);
      }
      write(next);
    }
  }

  private void write(Position next) throws IOException {
    byte[] bytes = lines.bytes();
    writes.write(current(), bytes, end.offset());
    end = next.behind(bytes.length);
  }

  /** Finds the end of the chain where others have written meanwhile. */
  private void refresh() throws IOException {
    LogFile current = current();
    writes.takeBackLeftover(current, end.offset());
    long whole = LogLines.end(current);
    if (whole > end.offset()) {
      follow(current, whole);
    }
    for (Path next = directory.file(end.file() + 1);
        Files.exists(next);
        next = directory.file(end.file() + 1)) {
      LogFile opened = opening.open(next);
      whole = LogLines.end(opened);
      if (whole == 0) {
        opened.close();
        return;
      }
      current.close();
      current = opened;
      file = opened;
      RecordEnds header = RecordEnds.of(LogLines.first(opened));
      Instant said = header == null ? null : header.time();
      Instant begun = said == null ? clock.instant() : said;
      end = new Position(end.file() + 1, 0, end.seq(), end.hash(), Position.UNKNOWN_KEY, begun);
      follow(opened, whole);
    }
  }

  private void follow(LogFile opened, long whole) throws IOException {
    RecordEnds last = RecordEnds.of(LogLines.before(opened, whole));
    if (last == null || last.seq() <= end.seq()) {
      throw new Damage(directory, "file " + end.file() + " was changed by somebody else");
    }
    end =
        new Position(
            end.file(),
            whole,
            last.seq(),
            last.hash(),
            LogLines.keyAt(opened, end, whole),
            end.begun());
  }

  /** Looks whether it is time for the next file, and for old ones to go. */
  void upkeep() throws IOException {
    synchronized (turn) {
      refresh();
      if (clock.instant().isAfter(end.begun().plus(rotation.effectiveAge()))) {
        rotate();
      } else {
        retain();
      }
    }
  }

  private void rotate() throws IOException {
    current().force();
    startFile(new JsonLine().put("cause", "rotation"));
    anchor.name(end, logId);
    retain();
  }

  private void startFile(JsonLine facts) throws IOException {
    long number = end.file() + 1;
    Instant now = clock.instant();
    JsonLine header =
        facts
            .put("format", FORMAT)
            .put("log", logId)
            .put("file", number)
            .put("instance", instance)
            .put("algorithm", hash.algorithm());
    lines.clear();
    Position next =
        lines.add(
            new Position(number, 0, end.seq(), end.hash(), hash.keyId(), now),
            now,
            "file",
            lines.keyed(header));
    byte[] bytes = lines.bytes();
    LogFile before = file;
    file = directory.begin(number, bytes, opening);
    end = next.behind(bytes.length);
    if (before != null) {
      before.close();
    }
  }

  private void retain() throws IOException {
    for (Path gone = Retained.oldest(directory, end.file(), retention, clock.instant());
        gone != null;
        gone = Retained.oldest(directory, end.file(), retention, clock.instant())) {
      RecordEnds header = Retained.headerBehind(directory, gone);
      lines.clear();
      write(
          lines.add(
              end,
              clock.instant(),
              "removed",
              new JsonLine()
                  .put("name", gone.getFileName().toString())
                  .put("lastSeq", header.seq() - 1)
                  .put("lastHash", header.previous())));
      current().force();
      Files.delete(gone);
    }
  }

  /** Brings to the disk what was written, and has the anchor name the last record. */
  void sync(boolean andAnchor) throws IOException {
    synchronized (turn) {
      refresh();
      current().force();
      if (andAnchor && !anchor.names(end)) {
        anchor.name(end, logId);
      }
    }
  }

  /** Says that nothing more comes from this instance. */
  void close() throws IOException {
    synchronized (turn) {
      try {
        refresh();
        lines.clear();
        write(lines.add(end, clock.instant(), "closed", new JsonLine().put("instance", instance)));
        current().force();
        anchor.name(end, logId);
      } finally {
        abandon();
      }
    }
  }

  /** Closes the file without a word. */
  void abandon() throws IOException {
    LogFile open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }

  private LogFile current() {
    return Objects.requireNonNull(file, "the log is closed");
  }

  /** Of the last record, for the operator's log. */
  Position end() {
    return end;
  }
}
