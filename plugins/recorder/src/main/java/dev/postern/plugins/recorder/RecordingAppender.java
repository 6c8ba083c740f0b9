package dev.postern.plugins.recorder;

import dev.postern.plugins.recorder.Recording.Cut;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/** Brings entries into their files, within the bounds. Used by the writer's thread only. */
final class RecordingAppender {
  /** Room for the item that says why a recording ended. */
  private static final long END_SIZE = 64;

  /** With less room than this, a recording is not worth to be begun. */
  private static final long BEGIN_SIZE = 2048;

  private final RecordingStore store;
  private final RecordingEncoder encoder;
  private final RecorderLog log;
  private final Set<Recording> touched = new LinkedHashSet<>();
  private long unwritten;
  private boolean full;

  RecordingAppender(RecordingStore store, RecordingEncoder encoder, RecorderLog log) {
    this.store = store;
    this.encoder = encoder;
    this.log = log;
  }

  /** Bytes that were encoded and not yet written. */
  long unwritten() {
    return unwritten;
  }

  void append(Entry entry) {
    Recording recording = entry.recording();
    if (recording.file.finished) {
      return;
    }
    try {
      switch (entry) {
        case Entry.Begin _ -> begin(recording);
        case Entry.Seen seen -> message(recording, seen.micros(), encoder.message(seen));
        case Entry.Undecoded large -> message(recording, large.micros(), encoder.message(large));
        case Entry.End(_, long micros, String reason) -> end(recording, micros, reason);
      }
    } catch (IOException | RuntimeException e) {
      fail(recording, e);
    }
  }

  /** Writes what was encoded. */
  void write() {
    for (Recording recording : touched) {
      try {
        store.write(recording.file);
      } catch (IOException | RuntimeException e) {
        fail(recording, e);
      }
    }
    touched.clear();
    unwritten = 0;
  }

  private void begin(Recording recording) throws IOException {
    boolean room = store.hasRoomFor(BEGIN_SIZE);
    if (full == room) {
      full = !room;
      log.full(full);
    }
    if (room) {
      put(recording, encoder.header(recording));
      log.began(recording);
    } else {
      recording.file.finished = true;
      recording.cut();
    }
  }

  private void message(Recording recording, long micros, byte[] item) throws IOException {
    if (recording.file.size() + item.length + END_SIZE > store.maxFileSize) {
      end(recording, micros, Cut.FILE_SIZE.name());
    } else if (!store.hasRoomFor(item.length + END_SIZE)) {
      end(recording, micros, Cut.TOTAL_SIZE.name());
    } else {
      put(recording, item);
    }
  }

  private void end(Recording recording, long micros, String reason) {
    put(recording, encoder.end(micros, reason));
    recording.file.finished = true;
    recording.cut();
    if (Cut.isOne(reason)) {
      log.cut(recording, reason);
    }
  }

  private void put(Recording recording, byte[] item) {
    recording.file.unwritten.writeBytes(item);
    store.reserve(item.length);
    unwritten += item.length;
    touched.add(recording);
  }

  private void fail(Recording recording, Exception cause) {
    recording.file.finished = true;
    recording.cut();
    log.cut(recording, Cut.FAILED + ": " + cause);
  }
}
