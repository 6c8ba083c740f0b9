package dev.postern.proxy.recording;

import dev.postern.api.Bytes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A data item of CBOR, as far as recordings have them. */
public sealed interface Item {
  /** A whole number. */
  record Whole(long value) implements Item {}

  /** A text. */
  record Text(String value) implements Item {}

  /** A byte string. */
  record Octets(Bytes value) implements Item {}

  /** Null. */
  record Nothing() implements Item {}

  /** An array. */
  record Sequence(List<Item> items) implements Item {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** A map from texts, in the order in which it was written. */
  record Mapping(Map<String, Item> entries) implements Item {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }
  }
}
