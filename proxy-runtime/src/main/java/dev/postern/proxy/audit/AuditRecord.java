package dev.postern.proxy.audit;

import dev.postern.api.Bytes;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of the log, as far as it has the form of a record.
 *
 * @param bytes of the line, without its end
 * @param hashed how many of them, from the first, the hash is over
 * @param previous the hash of the record before it, in hexadecimal
 * @param hash its own, as it says
 */
record AuditRecord(
    Bytes bytes, int hashed, long seq, String time, String kind, String previous, String hash) {
  private static final Pattern BEGIN =
      Pattern.compile(
          "\\{\"seq\":([1-9][0-9]{0,17}),\"time\":\"([0-9TZ:.-]{1,40})\",\"kind\":\"([a-z-]{1,20})\"[,}].*",
          Pattern.DOTALL);
  private static final Pattern END =
      Pattern.compile(",\"prev\":\"([0-9a-f]{64})\"(,\"hash\":\"([0-9a-f]{64})\"\\})");
  private static final int LONGEST_BEGIN = 128;
  private static final int END_LENGTH = 150;

  /** {@code null} if it is none. */
  static @Nullable AuditRecord of(byte[] line) {
    if (line.length < END_LENGTH) {
      return null;
    }
    Matcher begin =
        BEGIN.matcher(
            new String(line, 0, Math.min(line.length, LONGEST_BEGIN), StandardCharsets.ISO_8859_1));
    Matcher end =
        END.matcher(
            new String(line, line.length - END_LENGTH, END_LENGTH, StandardCharsets.ISO_8859_1));
    if (!begin.matches() || !end.find() || end.end() != END_LENGTH) {
      return null;
    }
    return new AuditRecord(
        Bytes.wrap(line),
        line.length - (END_LENGTH - end.start(2)),
        Long.parseLong(begin.group(1)),
        begin.group(2),
        begin.group(3),
        end.group(1),
        end.group(3));
  }

  /** All that it says; {@code null} if it is no JSON. */
  @Nullable JsonObject fields() {
    try (JsonReader reader = Json.createReader(new StringReader(bytes.toUtf8()))) {
      return reader.readObject();
    } catch (JsonException | IllegalStateException e) {
      return null;
    }
  }
}
