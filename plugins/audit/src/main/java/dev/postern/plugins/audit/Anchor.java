package dev.postern.plugins.audit;

import java.io.IOException;
import java.time.InstantSource;

/** Names the last record that is on the disk, beside the log. Used by one thread. */
final class Anchor {
  private final LogDirectory directory;
  private final RecordLines lines;
  private final ChainHash hash;
  private final InstantSource clock;
  private final LogFile.Opening opening;

  /** The number of the record that it names. */
  private long named;

  Anchor(
      LogDirectory directory,
      RecordLines lines,
      ChainHash hash,
      InstantSource clock,
      LogFile.Opening opening) {
    this.directory = directory;
    this.lines = lines;
    this.hash = hash;
    this.clock = clock;
    this.opening = opening;
  }

  boolean names(Position end) {
    return named == end.seq();
  }

  /** Has it name the last record of a log. */
  void name(Position end, String logId) throws IOException {
    JsonLine json =
        new JsonLine()
            .put("seq", end.seq())
            .put("hash", end.hash())
            .put("file", end.file())
            .put("log", logId)
            .put("time", clock.instant().toString());
    directory.anchor(AnchorLine.of(lines.keyed(json), hash), opening);
    named = end.seq();
  }
}
