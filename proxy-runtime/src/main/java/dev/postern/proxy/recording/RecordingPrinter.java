package dev.postern.proxy.recording;

import dev.postern.api.Bytes;
import dev.postern.proxy.recording.Item.Mapping;
import dev.postern.proxy.recording.Item.Nothing;
import dev.postern.proxy.recording.Item.Octets;
import dev.postern.proxy.recording.Item.Sequence;
import dev.postern.proxy.recording.Item.Text;
import dev.postern.proxy.recording.Item.Whole;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Prints a recording for people: a line for each message, with the seconds since it began, an arrow
 * from the client ({@code ->}) or from the server ({@code <-}), and its fields. Nothing in a
 * recording can move the cursor of the terminal.
 */
public final class RecordingPrinter {
  private static final String LENGTH = "length";

  private RecordingPrinter() {}

  /**
   * Prints a file, which may still be written to.
   *
   * @throws RecordingFormatException if the file is no recording or is damaged; what comes before
   *     the damage has been printed then
   */
  public static void print(Path file, Appendable out) throws IOException {
    try (RecordingReader reader = RecordingReader.open(file)) {
      print(reader, out);
    }
  }

  static void print(RecordingReader reader, Appendable out) throws IOException {
    for (Map.Entry<String, Item> entry : reader.header().entrySet()) {
      out.append(escaped(entry.getKey()) + ": " + plain(entry.getValue()) + "\n");
    }
    out.append('\n');
    boolean ended = false;
    Optional<RecordedEvent> next = reader.next();
    while (next.isPresent()) {
      RecordedEvent event = next.get();
      ended |= event instanceof RecordedEvent.End;
      out.append(String.format(Locale.ROOT, "%12.6f  %s\n", event.micros() / 1e6, line(event)));
      next = reader.next();
    }
    if (!ended) {
      out.append("no end: still being recorded, or Postern was stopped\n");
    }
  }

  private static String line(RecordedEvent event) {
    return switch (event) {
      case RecordedEvent.Message(_, boolean fromClient, String type, Map<String, Item> fields) ->
          (fromClient ? "-> " : "<- ") + escaped(type) + pairs(fields, " ", "");
      case RecordedEvent.End(_, String reason) -> "end: " + escaped(reason);
      case RecordedEvent.Torn _ -> "torn: the file stops within a message";
    };
  }

  private static String pairs(Map<String, Item> fields, String before, String between) {
    return fields.entrySet().stream()
        .map(field -> before + escaped(field.getKey()) + "=" + shown(field.getValue()))
        .collect(Collectors.joining(between));
  }

  private static String plain(Item item) {
    return item instanceof Text(String value) ? escaped(value) : shown(item);
  }

  private static String shown(Item item) {
    return switch (item) {
      case Whole(long value) -> Long.toString(value);
      case Text(String value) -> quoted(value);
      case Octets(Bytes value) -> octets(value);
      case Nothing() -> "NULL";
      case Sequence(var items) ->
          items.stream().map(RecordingPrinter::shown).collect(Collectors.joining(", ", "[", "]"));
      case Mapping(var entries)
          when entries.size() == 1 && entries.get(LENGTH) instanceof Whole(long length) ->
          "(" + length + ")";
      case Mapping(var entries) -> "{" + pairs(entries, "", ", ") + "}";
    };
  }

  /** As text where it is UTF-8, else in PostgreSQL's hexadecimal form. */
  private static String octets(Bytes value) {
    try {
      return quoted(
          StandardCharsets.UTF_8.newDecoder().decode(value.asReadOnlyBuffer()).toString());
    } catch (CharacterCodingException e) {
      return "\\x" + HexFormat.of().formatHex(value.toByteArray());
    }
  }

  private static String quoted(String text) {
    return '"' + escaped(text).replace("\"", "\\\"") + '"';
  }

  private static String escaped(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        case '\\' -> line.append("\\\\");
        default -> {
          if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
            line.append("\\u%04x".formatted((int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    return line.toString();
  }
}
