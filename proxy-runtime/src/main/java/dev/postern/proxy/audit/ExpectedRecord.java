package dev.postern.proxy.audit;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A record of which somebody kept the number and the hash elsewhere. One thread. */
public final class ExpectedRecord {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-fA-F]{64})");

  private final long seq;
  private final String hash;
  private @Nullable String seen;

  ExpectedRecord(long seq, String hash) {
    this.seq = seq;
    this.hash = hash;
  }

  /**
   * Reads {@code SEQ:HASH}.
   *
   * @throws IllegalArgumentException if it has another form
   */
  public static ExpectedRecord parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          text + " (expected: a record's number, a colon and its hash of 64 hexadecimal digits)");
    }
    return new ExpectedRecord(
        Long.parseLong(matcher.group(1)), matcher.group(2).toLowerCase(java.util.Locale.ROOT));
  }

  void seen(AuditRecord record) {
    if (record.seq() == seq) {
      seen = record.hash();
    }
  }

  /**
   * @param lastSeq of the log's last record
   */
  void check(long lastSeq, Consumer<String> found) {
    if (seen == null && lastSeq < seq) {
      found.accept(
          "the log ends with record %d, and record %d was written: the end is missing"
              .formatted(lastSeq, seq));
    } else if (seen == null) {
      found.accept("record " + seq + ", which was written, is missing");
    } else if (!seen.equals(hash)) {
      found.accept("record " + seq + " is another than the one that was written");
    }
  }
}
