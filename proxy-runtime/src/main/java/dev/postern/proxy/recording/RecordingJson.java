package dev.postern.proxy.recording;

import dev.postern.api.Bytes;
import dev.postern.proxy.recording.Item.Mapping;
import dev.postern.proxy.recording.Item.Nothing;
import dev.postern.proxy.recording.Item.Octets;
import dev.postern.proxy.recording.Item.Sequence;
import dev.postern.proxy.recording.Item.Text;
import dev.postern.proxy.recording.Item.Whole;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Prints a recording for programs, as one JSON object: {@code header}, {@code messages}, and {@code
 * end}, which is {@code null} where the recording has none. Where bytes stand in the recording, an
 * object with their {@code hex} does here. Nothing of it is kept in memory.
 */
public final class RecordingJson {
  private RecordingJson() {}

  /**
   * Prints a file, which may still be written to.
   *
   * @param out flushed, not closed
   * @throws RecordingFormatException if the file is no recording or is damaged; what comes before
   *     the damage has been printed then, as whole JSON
   */
  public static void print(Path file, Writer out) throws IOException {
    try (RecordingReader reader = RecordingReader.open(file)) {
      print(reader, out);
      out.write('\n');
      out.flush();
    }
  }

  private static void print(RecordingReader reader, Writer out) throws IOException {
    JsonGenerator json = JsonProvider.provider().createGenerator(out);
    json.writeStartObject().writeKey("header");
    mapping(json, reader.header());
    json.writeStartArray("messages");
    RecordedEvent last = null;
    try {
      last = messages(reader, json);
    } finally {
      json.writeEnd();
      end(json, last);
      json.writeEnd().flush();
    }
  }

  /** What follows the last message, or {@code null}. */
  private static @Nullable RecordedEvent messages(RecordingReader reader, JsonGenerator json)
      throws IOException {
    Optional<RecordedEvent> next = reader.next();
    while (next.isPresent()) {
      if (!(next.get()
          instanceof
          RecordedEvent.Message(long micros, boolean fromClient, String type, var fields))) {
        return next.get();
      }
      json.writeStartObject()
          .write("micros", micros)
          .write("from", fromClient ? "client" : "server")
          .write("type", type)
          .writeKey("fields");
      mapping(json, fields);
      json.writeEnd();
      next = reader.next();
    }
    return null;
  }

  private static void end(JsonGenerator json, @Nullable RecordedEvent last) {
    if (last instanceof RecordedEvent.End(long micros, String reason)) {
      json.writeStartObject("end").write("micros", micros).write("reason", reason).writeEnd();
    } else {
      json.writeNull("end");
    }
  }

  private static void mapping(JsonGenerator json, Map<String, Item> entries) {
    json.writeStartObject();
    entries.forEach(
        (key, item) -> {
          json.writeKey(key);
          value(json, item);
        });
    json.writeEnd();
  }

  private static void value(JsonGenerator json, Item item) {
    switch (item) {
      case Whole(long number) -> json.write(number);
      case Text(String text) -> json.write(text);
      case Octets(Bytes bytes) ->
          json.writeStartObject()
              .write("hex", HexFormat.of().formatHex(bytes.toByteArray()))
              .writeEnd();
      case Nothing() -> json.writeNull();
      case Sequence(var items) -> {
        json.writeStartArray();
        items.forEach(each -> value(json, each));
        json.writeEnd();
      }
      case Mapping(var entries) -> mapping(json, entries);
    }
  }
}
