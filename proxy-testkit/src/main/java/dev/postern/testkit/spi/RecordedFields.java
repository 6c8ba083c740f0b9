package dev.postern.testkit.spi;

import dev.postern.api.Bytes;
import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import dev.postern.proxy.recording.Item;
import dev.postern.proxy.recording.RecordedEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a recorded message. In the place of what was left out stands as many times an
 * {@code x}.
 */
record RecordedFields(RecordedEvent.Message message) {
  private static final String LENGTH = "length";

  String text(String key) {
    return text(key, item(key));
  }

  private String text(String key, Item item) {
    return switch (item) {
      case Item.Text(String value) -> value;
      case Item.Mapping(var entries) when entries.get(LENGTH) instanceof Item.Whole(long length) ->
          "x".repeat(Math.toIntExact(length));
      default -> throw unexpected(key);
    };
  }

  int number(String key) {
    return (int) whole(key, item(key)); // object ids are unsigned
  }

  private long whole(String key, Item item) {
    if (item instanceof Item.Whole(long value)) {
      return value;
    }
    throw unexpected(key);
  }

  @Nullable Bytes value(String key) {
    return value(key, item(key));
  }

  private @Nullable Bytes value(String key, Item item) {
    return switch (item) {
      case Item.Nothing() -> null;
      case Item.Octets(Bytes value) -> value;
      default -> Bytes.utf8(text(key, item));
    };
  }

  List<@Nullable Bytes> values(String key) {
    return each(key, item -> value(key, item));
  }

  List<Integer> oids(String key) {
    return each(key, item -> (int) whole(key, item));
  }

  List<Format> formats(String key) {
    return each(key, item -> Format.of((short) whole(key, item)));
  }

  Format format(String key) {
    return Format.of((short) number(key));
  }

  <E extends Enum<E>> E word(String key, Class<E> type) {
    return Enum.valueOf(type, text(key));
  }

  /** Of which table a column is, and how large its type, is not recorded. */
  List<FieldDescription> columns(String key) {
    return each(
        key,
        item -> {
          if (!(item instanceof Item.Mapping(Map<String, Item> column))) {
            throw unexpected(key);
          }
          return new FieldDescription(
              text("name", in(column, "name")),
              0,
              (short) 0,
              (int) whole("type", in(column, "type")),
              (short) -1,
              -1,
              Format.of((short) whole("format", in(column, "format"))));
        });
  }

  /** Of an error or a notice, by their code. */
  Map<Character, String> errorFields() {
    Map<Character, String> fields = new LinkedHashMap<>();
    message.fields().forEach((code, item) -> fields.put(code.charAt(0), text(code, item)));
    return fields;
  }

  private <T extends @Nullable Object> List<T> each(String key, Function<Item, T> read) {
    if (item(key) instanceof Item.Sequence(List<Item> items)) {
      return items.stream().map(read).toList();
    }
    throw unexpected(key);
  }

  private Item item(String key) {
    return in(message.fields(), key);
  }

  private Item in(Map<String, Item> fields, String key) {
    Item item = fields.get(key);
    if (item == null) {
      throw unexpected(key);
    }
    return item;
  }

  private IllegalArgumentException unexpected(String key) {
    return new IllegalArgumentException(
        "%s of a recorded %s is missing, or of another kind".formatted(key, message.type()));
  }
}
