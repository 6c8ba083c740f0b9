package dev.postern.plugins.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
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
  private static final int CHUNK = 64 << 10;

  /** From such a record on, hashes are made with the key that it names, or without one. */
  private static final Set<String> NAMES_ITS_KEY = Set.of("file", "joined", "key");

  private final LogDirectory directory;
  private final Object turn;
  private final String instance;
  private final ChainHash hash;
  private final RotationConfig rotation;
  private final RetentionConfig retention;
  private final Redaction redaction;
  private final InstantSource clock;
  private final LogFile.Opening opening;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

  private String logId = "";
  private Position end;
  private @Nullable LogFile file;

  /** What was written in part behind the end, and could not be taken back; else empty. */
  private byte[] leftover = {};

  /** Of the last record that the anchor names. */
  private long anchored;

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
    this.end = new Position(0, 0, 0, ChainHash.NONE, Position.UNKNOWN_KEY, Instant.EPOCH);
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
      anchor();
    }
  }

  private void beginFile() throws IOException {
    NavigableMap<Long, Path> files = directory.files();
    String anchor = directory.anchor();
    JsonLine facts = new JsonLine().put("cause", files.isEmpty() ? "first" : "start");
    if (files.isEmpty()) {
      if (anchor != null && AnchorLine.seq(directory, anchor) > 0) {
        throw new Damage(directory, "there is an anchor and no file of the log");
      }
      logId = UUID.randomUUID().toString();
      // First of all, so that a log without an anchor is one that has lost it.
      directory.anchor(anchorLine(), opening);
    } else {
      if (anchor == null) {
        throw new Damage(directory, "the anchor is missing");
      }
      RecordEnds last = openLast(files);
      checkAnchor(anchor);
      if (last != null && !last.isOfKind("closed")) {
        facts.put("unclean", true);
      }
      noteTorn(facts);
    }
    startFile(facts);
  }

  /** Finds the last whole record; {@code null} if there is none at all. */
  private @Nullable RecordEnds openLast(NavigableMap<Long, Path> files) throws IOException {
    for (Map.Entry<Long, Path> each : files.descendingMap().entrySet()) {
      LogFile opened = opening.open(each.getValue());
      long whole = wholeLines(opened);
      if (whole == 0 && each.getKey() > 1) {
        // Begun, but its header was not finished: it is begun again.
        opened.close();
        continue;
      }
      file = opened;
      if (whole == 0) {
        logId = UUID.randomUUID().toString();
        end = new Position(0, 0, 0, ChainHash.NONE, Position.UNKNOWN_KEY, Instant.EPOCH);
        return null;
      }
      RecordEnds header = RecordEnds.of(firstLine(opened));
      RecordEnds last = RecordEnds.of(lineBefore(opened, whole));
      Instant begun = header == null ? null : header.time();
      if (header == null || begun == null || last == null || !header.isOfKind("file")) {
        throw new Damage(directory, each.getValue().getFileName() + " ends in what is no record");
      }
      logId = header.text("log");
      end =
          new Position(
              each.getKey(),
              whole,
              last.seq(),
              last.hash(),
              Position.UNKNOWN_KEY,
              begun);
      return last;
    }
    return null;
  }

  private void checkAnchor(String anchor) throws IOException {
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

  /** Half a line at the end is left as it is, and told of in the chain. */
  private void noteTorn(JsonLine facts) throws IOException {
    LogFile last = file;
    if (last == null || end.file() == 0) {
      return;
    }
    long torn = last.size() - end.offset();
    if (torn > 0) {
      byte[] bytes = last.read(end.offset(), Math.toIntExact(torn));
      facts.put("torn", torn).put("tornHash", hash.plainHash(bytes));
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("file", directory.file(end.file()))
          .addKeyValue("bytes", torn)
          .log("the audit log was not closed, and ends in half a record");
    }
  }

  private void join() throws IOException {
    openLast(directory.files());
    lines.reset();
    Position next =
        add(end, clock.instant(), "joined", keyed(new JsonLine().put("instance", instance)));
    write(next);
  }

  private JsonLine keyed(JsonLine json) {
    return hash.keyId().isEmpty() ? json : json.put("key", hash.keyId());
  }

  /** Writes records, all or none of them. */
  void append(List<? extends Entry> entries) throws IOException {
    synchronized (turn) {
      refresh();
      if (end.offset() >= rotation.effectiveSize()) {
        rotate();
      }
      lines.reset();
      Position next = end;
      for (Entry entry : entries) {
        JsonLine json = new JsonLine();
        entry.write(json, redaction);
        next = add(next, entry.time(), entry.kind(), json);
      }
      write(next);
    }
  }

  /** Adds a record to the lines; the result is the end of the chain once they are written. */
  private Position add(Position last, Instant time, String kind, JsonLine fields) {
    Position before =
        last.keyId().equals(hash.keyId()) || NAMES_ITS_KEY.contains(kind)
            ? last
            : add(last, time, "key", keyed(new JsonLine().put("instance", instance)));
    long seq = before.seq() + 1;
    String rest = fields.open().substring(1);
    byte[] hashed =
        ("{\"seq\":"
                + seq
                + ",\"time\":\""
                + time
                + "\",\"kind\":\""
                + kind
                + '"'
                + (rest.isEmpty() ? "" : ',' + rest)
                + RecordEnds.previousField(before.hash()))
            .getBytes(StandardCharsets.UTF_8);
    String own = hash.hash(hashed);
    lines.writeBytes(hashed);
    lines.writeBytes((RecordEnds.hashField(own) + '\n').getBytes(StandardCharsets.US_ASCII));
    return new Position(before.file(), before.offset(), seq, own, hash.keyId(), before.begun());
  }

  private void write(Position next) throws IOException {
    LogFile out = current();
    byte[] bytes = lines.toByteArray();
    try {
      out.write(bytes, bytes.length, end.offset());
    } catch (IOException | RuntimeException e) {
      takeBack(out, bytes, e);
      throw e;
    }
    end =
        new Position(
            next.file(),
            end.offset() + bytes.length,
            next.seq(),
            next.hash(),
            next.keyId(),
            next.begun());
  }

  /** What was written of records that are not in the chain. */
  private void takeBack(LogFile out, byte[] bytes, Exception failure) {
    try {
      out.truncate(end.offset());
    } catch (IOException e) {
      leftover = bytes;
      failure.addSuppressed(e);
    }
  }

  /**
   * Takes back what could not be taken back before. Where another instance has gone on behind it,
   * it is part of the chain: then entries are repeated, not lost.
   */
  private void takeBackLeftover() throws IOException {
    if (leftover.length > 0) {
      LogFile out = current();
      long length = out.size() - end.offset();
      if (length <= leftover.length
          && Arrays.equals(
              out.read(end.offset(), (int) length), Arrays.copyOf(leftover, (int) length))) {
        out.truncate(end.offset());
      }
      leftover = new byte[0];
    }
  }

  /** Finds the end of the chain where others have written meanwhile. */
  private void refresh() throws IOException {
    takeBackLeftover();
    LogFile current = current();
    long whole = wholeLines(current);
    if (whole > end.offset()) {
      follow(current, whole);
    }
    for (Path next = directory.file(end.file() + 1);
        Files.exists(next);
        next = directory.file(end.file() + 1)) {
      LogFile opened = opening.open(next);
      whole = wholeLines(opened);
      if (whole == 0) {
        opened.close();
        return;
      }
      current.close();
      current = opened;
      file = opened;
      RecordEnds header = RecordEnds.of(firstLine(opened));
      Instant said = header == null ? null : header.time();
      Instant begun = said == null ? clock.instant() : said;
      end = new Position(end.file() + 1, 0, end.seq(), end.hash(), Position.UNKNOWN_KEY, begun);
      follow(opened, whole);
    }
  }

  private void follow(LogFile opened, long whole) throws IOException {
    RecordEnds last = RecordEnds.of(lineBefore(opened, whole));
    if (last == null || last.seq() <= end.seq()) {
      throw new Damage(directory, "file " + end.file() + " was changed by somebody else");
    }
    end =
        new Position(end.file(), whole, last.seq(), last.hash(), keyAt(opened, whole), end.begun());
  }

  /** The key in force behind what somebody else has written. */
  private String keyAt(LogFile opened, long whole) throws IOException {
    if (whole - end.offset() > CHUNK) {
      return Position.UNKNOWN_KEY;
    }
    String keyId = end.keyId();
    byte[] bytes = opened.read(end.offset(), (int) (whole - end.offset()));
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      RecordEnds each = RecordEnds.of(line.getBytes(StandardCharsets.UTF_8));
      if (each != null && NAMES_ITS_KEY.contains(each.text("kind"))) {
        keyId = each.text("key");
      }
    }
    return keyId;
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
    anchor();
    retain();
  }

  private void startFile(JsonLine facts) throws IOException {
    long number = end.file() + 1;
    Path path = directory.file(number);
    Instant now = clock.instant();
    JsonLine header =
        facts
            .put("format", FORMAT)
            .put("log", logId)
            .put("file", number)
            .put("instance", instance)
            .put("algorithm", hash.algorithm());
    lines.reset();
    Position next =
        add(
            new Position(number, 0, end.seq(), end.hash(), hash.keyId(), now),
            now,
            "file",
            keyed(header));
    byte[] bytes = lines.toByteArray();
    LogFile opened = opening.open(path);
    try {
      if (wholeLines(opened) > 0) {
        throw new Damage(directory, path.getFileName() + " is there already");
      }
      opened.truncate(0);
      opened.write(bytes, bytes.length, 0);
      opened.force();
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
    LogFile before = file;
    file = opened;
    end = new Position(number, bytes.length, next.seq(), next.hash(), next.keyId(), next.begun());
    if (before != null) {
      before.close();
    }
  }

  private void retain() throws IOException {
    for (Path gone = Retained.oldest(directory, end.file(), retention, clock.instant());
        gone != null;
        gone = Retained.oldest(directory, end.file(), retention, clock.instant())) {
      RecordEnds header = Retained.headerBehind(directory, gone);
      lines.reset();
      write(
          add(
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
      if (andAnchor && anchored != end.seq()) {
        anchor();
      }
    }
  }

  private void anchor() throws IOException {
    directory.anchor(anchorLine(), opening);
    anchored = end.seq();
  }

  private String anchorLine() {
    JsonLine json =
        new JsonLine()
            .put("seq", end.seq())
            .put("hash", end.hash())
            .put("file", end.file())
            .put("log", logId)
            .put("time", clock.instant().toString());
    return AnchorLine.of(keyed(json), hash);
  }

  /** Says that nothing more comes from this instance. */
  void close() throws IOException {
    synchronized (turn) {
      try {
        refresh();
        lines.reset();
        write(add(end, clock.instant(), "closed", new JsonLine().put("instance", instance)));
        current().force();
        anchor();
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

  /** Where the last line ends that has an end. */
  private static long wholeLines(LogFile file) throws IOException {
    return lineEnd(file, file.size());
  }

  /** Behind the last newline before this offset; 0 if there is none. */
  private static long lineEnd(LogFile file, long before) throws IOException {
    for (long at = before; at > 0; ) {
      int length = (int) Math.min(CHUNK, at);
      byte[] chunk = file.read(at - length, length);
      for (int i = length - 1; i >= 0; i--) {
        if (chunk[i] == '\n') {
          return at - length + i + 1;
        }
      }
      at -= length;
    }
    return 0;
  }

  private static byte[] lineBefore(LogFile file, long end) throws IOException {
    long begin = lineEnd(file, end - 1);
    return file.read(begin, Math.toIntExact(end - 1 - begin));
  }

  static byte[] firstLine(LogFile file) throws IOException {
    byte[] chunk = file.read(0, (int) Math.min(CHUNK, file.size()));
    for (int i = 0; i < chunk.length; i++) {
      if (chunk[i] == '\n') {
        return Arrays.copyOf(chunk, i);
      }
    }
    return chunk;
  }
}
