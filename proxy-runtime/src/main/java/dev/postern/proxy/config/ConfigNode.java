package dev.postern.proxy.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A part of the configuration that is not yet bound to a record. Equality is by content, wherever
 * it stands in the file; {@code toString} shows the place only, since the content may be secret.
 */
public sealed interface ConfigNode {
  Location location();

  /**
   * A text, number or truth value, as it is written.
   *
   * @param text without quotes
   * @param plain whether it stands without quotes
   */
  record Scalar(Location location, String text, boolean plain) implements ConfigNode {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Scalar that && plain == that.plain && text.equals(that.text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }

    @Override
    public String toString() {
      return shown(this);
    }
  }

  /** A key without a value, or {@code null}. */
  record Nothing(Location location) implements ConfigNode {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Nothing;
    }

    @Override
    public int hashCode() {
      return 0;
    }

    @Override
    public String toString() {
      return shown(this);
    }
  }

  /** A list. */
  record Sequence(Location location, List<ConfigNode> items) implements ConfigNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Sequence that && items.equals(that.items);
    }

    @Override
    public int hashCode() {
      return items.hashCode();
    }

    @Override
    public String toString() {
      return shown(this);
    }
  }

  /** Keys and their values, in the order of the file. */
  record Mapping(Location location, SequencedMap<String, Entry> entries) implements ConfigNode {
    public Mapping {
      entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
    }

    /** No keys. */
    static Mapping empty(Location location) {
      return new Mapping(location, new LinkedHashMap<>());
    }

    @Nullable ConfigNode get(String key) {
      Entry entry = entries.get(key);
      return entry == null ? null : entry.value();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Mapping that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
      return entries.hashCode();
    }

    @Override
    public String toString() {
      return shown(this);
    }
  }

  /**
   * A key's value.
   *
   * @param key where the key stands
   */
  record Entry(Location key, ConfigNode value) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Entry that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
      return Objects.hashCode(value);
    }

    @Override
    public String toString() {
      return shown(value);
    }
  }

  private static String shown(ConfigNode node) {
    return "configuration at " + node.location().position();
  }
}
