package dev.postern.plugins.audit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;

/**
 * Lines of records that are to be written together, each with the hash of the one before it. Used
 * by one thread.
 */
final class RecordLines {
  /** From such a record on, hashes are made with the key that it names, or without one. */
  private static final Set<String> NAMES_ITS_KEY = Set.of("file", "joined", "key");

  private final ChainHash hash;
  private final String instance;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

  RecordLines(ChainHash hash, String instance) {
    this.hash = hash;
    this.instance = instance;
  }

  static boolean namesItsKey(String kind) {
    return NAMES_ITS_KEY.contains(kind);
  }

  /** Names the key in a record or an anchor, where there is one. */
  JsonLine keyed(JsonLine json) {
    return hash.keyId().isEmpty() ? json : json.put("key", hash.keyId());
  }

  /** Forgets what was added. */
  void clear() {
    lines.reset();
  }

  /** Adds a record; the result is the end of the chain once the lines are written. */
  Position add(Position last, Instant time, String kind, JsonLine fields) {
    Position before =
        last.keyId().equals(hash.keyId()) || namesItsKey(kind)
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

  /** All that was added. */
  byte[] bytes() {
    return lines.toByteArray();
  }
}
