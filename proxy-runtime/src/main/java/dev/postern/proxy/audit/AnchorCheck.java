package dev.postern.proxy.audit;

import dev.postern.api.Bytes;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The anchor beside the files, which names a record that was on the disk: by it an end that was cut
 * off is found. One thread.
 */
final class AnchorCheck {
  static final String NAME = "anchor.json";

  private static final String MAC = ",\"mac\":\"";

  private final @Nullable String text;
  private final AuditKeys keys;
  private final @Nullable JsonObject fields;
  private final @Nullable ExpectedRecord record;

  private AnchorCheck(@Nullable String text, AuditKeys keys) {
    this.text = text;
    this.keys = keys;
    this.fields = text == null ? null : parse(text);
    this.record =
        fields == null
            ? null
            : new ExpectedRecord(
                AuditVerifier.whole(fields, "seq"), AuditVerifier.text(fields, "hash"));
  }

  /** As it is now: before the files are read, which may grow meanwhile. */
  static AnchorCheck read(Path directory, AuditKeys keys) throws IOException {
    return new AnchorCheck(AuditFiles.anchor(directory), keys);
  }

  private static @Nullable JsonObject parse(String text) {
    try (JsonReader reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    } catch (JsonException | IllegalStateException e) {
      return null;
    }
  }

  void seen(AuditRecord seen) {
    if (record != null) {
      record.seen(seen);
    }
  }

  void check(
      long lastSeq, @Nullable String logId, Consumer<String> found, Consumer<String> unchecked) {
    if (text == null) {
      found.accept("is missing: whether the end of the log was cut off cannot be told");
      return;
    }
    if (fields == null || record == null) {
      found.accept("cannot be read");
      return;
    }
    checkMac(text, fields, found, unchecked);
    if (logId != null && !AuditVerifier.text(fields, "log").equals(logId)) {
      found.accept("belongs to another log");
    } else if (AuditVerifier.whole(fields, "seq") > 0) {
      record.check(lastSeq, found);
    }
  }

  private void checkMac(
      String line, JsonObject said, Consumer<String> found, Consumer<String> unchecked) {
    String keyId = AuditVerifier.text(said, "key");
    int end = line.lastIndexOf(MAC);
    String hash = keys.hash(keyId, Bytes.utf8(line.substring(0, Math.max(end, 0))));
    if (keyId.isEmpty() && !keys.isEmpty()) {
      found.accept("is written without a key");
    } else if (hash == null) {
      unchecked.accept("the anchor is hashed with key " + keyId + ": give it with --key");
    } else if (!hash.equals(AuditVerifier.text(said, "mac"))) {
      found.accept("was changed: its hash is another");
    }
  }
}
