package dev.postern.proxy.recording;

import dev.postern.proxy.recording.Item.Mapping;
import dev.postern.proxy.recording.Item.Sequence;
import dev.postern.proxy.recording.Item.Text;
import dev.postern.proxy.recording.Item.Whole;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a recording from its beginning to its end. Used by one thread; closed by its user. */
public final class RecordingReader implements AutoCloseable {
  private static final String FORMAT = "postern-recording";
  private static final long VERSION = 1;

  private final InputStream in;
  private final CborReader items;
  private final Map<String, Item> header;
  private long lastMicros;
  private boolean torn;

  /**
   * @param in closed by {@link #close()}
   * @param length how many bytes there are
   */
  RecordingReader(InputStream in, long length) throws IOException {
    this.in = in;
    this.items = new CborReader(in, length);
    this.header = readHeader();
  }

  /**
   * Opens a file, which may still be written to.
   *
   * @throws RecordingFormatException if it is no recording, or one of another version
   */
  public static RecordingReader open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    try {
      return new RecordingReader(in, Files.size(file));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Reads a recording out of memory.
   *
   * @throws RecordingFormatException if it is none, or one of another version
   */
  public static RecordingReader of(byte[] recording) throws IOException {
    return new RecordingReader(new ByteArrayInputStream(recording), recording.length);
  }

  /** What the recorder wrote of the session, such as {@code sessionId} and {@code user}. */
  public Map<String, Item> header() {
    return header;
  }

  /**
   * The next event; empty at the end of the file. A recording without an {@link RecordedEvent.End}
   * is still being written, or its writer was stopped.
   *
   * @throws RecordingFormatException if the file is damaged
   */
  public Optional<RecordedEvent> next() throws IOException {
    if (torn) {
      return Optional.empty();
    }
    try {
      Optional<Item> item = items.next();
      if (item.isEmpty()) {
        return Optional.empty();
      }
      RecordedEvent event = event(item.get());
      lastMicros = event.micros();
      return Optional.of(event);
    } catch (EOFException e) {
      torn = true;
      return Optional.of(new RecordedEvent.Torn(lastMicros));
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private Map<String, Item> readHeader() throws IOException {
    Optional<Item> first;
    try {
      first = items.next();
    } catch (EOFException | RecordingFormatException e) {
      throw noRecording();
    }
    if (first.isEmpty()
        || !(first.get() instanceof Mapping(Map<String, Item> entries))
        || !new Text(FORMAT).equals(entries.get("format"))) {
      throw noRecording();
    }
    if (!new Whole(VERSION).equals(entries.get("version"))) {
      throw new RecordingFormatException(
          "version of the recording: " + entries.get("version") + " (expected: " + VERSION + ")");
    }
    return entries;
  }

  private static RecordingFormatException noRecording() {
    return new RecordingFormatException("not a recording");
  }

  private static RecordedEvent event(Item item) throws IOException {
    if (item instanceof Sequence(List<Item> parts)
        && parts.size() >= 3
        && parts.get(0) instanceof Whole(long micros)
        && parts.get(1) instanceof Text(String kind)
        && parts.get(2) instanceof Text(String name)) {
      if (kind.equals("E")) {
        return new RecordedEvent.End(micros, name);
      }
      if (parts.size() == 4 && parts.get(3) instanceof Mapping(Map<String, Item> fields)) {
        return new RecordedEvent.Message(micros, kind.equals("F"), name, fields);
      }
    }
    throw new RecordingFormatException("damaged: an item that is neither a message nor the end");
  }
}
