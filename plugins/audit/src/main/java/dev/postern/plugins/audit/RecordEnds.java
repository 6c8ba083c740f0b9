package dev.postern.plugins.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * What the log itself has to know of a record that it has written: read back at a start, and where
 * another instance has written meanwhile.
 *
 * @param seq its number
 * @param hash its own
 * @param previous the hash of the one before it
 */
record RecordEnds(long seq, String hash, String previous, String line) {
  private static final String BEGIN = "{\"seq\":";
  private static final String PREVIOUS = ",\"prev\":\"";
  private static final String HASH = "\",\"hash\":\"";
  private static final String END = "\"}";
  private static final int HASH_LENGTH = 64;

  /** Behind the fields of a record. */
  static String previousField(String previous) {
    return PREVIOUS + previous + '"';
  }

  /** Behind what is hashed. */
  static String hashField(String hash) {
    return ",\"hash\":\"" + hash + END;
  }

  /** Of a line without its end; {@code null} if it is no record. */
  static @Nullable RecordEnds of(byte[] bytes) {
    String line = new String(bytes, StandardCharsets.UTF_8);
    int previousAt =
        line.length()
            - (PREVIOUS.length() + HASH_LENGTH + HASH.length() + HASH_LENGTH + END.length());
    int comma = line.indexOf(',');
    if (previousAt < 0
        || !line.startsWith(BEGIN)
        || comma <= BEGIN.length()
        || comma > BEGIN.length() + 18
        || !line.startsWith(PREVIOUS, previousAt)
        || !line.endsWith(END)) {
      return null;
    }
    String digits = line.substring(BEGIN.length(), comma);
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    int previous = previousAt + PREVIOUS.length();
    int hash = previous + HASH_LENGTH + HASH.length();
    return new RecordEnds(
        Long.parseLong(digits),
        line.substring(hash, hash + HASH_LENGTH),
        line.substring(previous, previous + HASH_LENGTH),
        line);
  }

  /** When it was written; {@code null} if it does not say. */
  @Nullable Instant time() {
    try {
      return Instant.parse(text("time"));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  boolean isOfKind(String kind) {
    return text("kind").equals(kind);
  }

  /**
   * A field that the log itself has written, in which nothing is escaped; empty if it is not there.
   */
  String text(String name) {
    String before = ",\"" + name + "\":\"";
    int begin = line.indexOf(before);
    if (begin < 0) {
      return "";
    }
    begin += before.length();
    return line.substring(begin, line.indexOf('"', begin));
  }
}
