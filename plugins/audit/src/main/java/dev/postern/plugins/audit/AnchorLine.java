package dev.postern.plugins.audit;

import java.nio.charset.StandardCharsets;

/** What the anchor says: up to which record the log was on the disk, with a hash over that. */
final class AnchorLine {
  private static final String BEGIN = "{\"seq\":";

  private AnchorLine() {}

  static String of(JsonLine fields, ChainHash hash) {
    String hashed = fields.open();
    return hashed + ",\"mac\":\"" + hash.hash(hashed.getBytes(StandardCharsets.UTF_8)) + "\"}";
  }

  /** The number of the record that it names. */
  static long seq(LogDirectory directory, String line) throws Damage {
    int comma = line.indexOf(',');
    try {
      if (line.startsWith(BEGIN) && comma > 0) {
        return Long.parseLong(line, BEGIN.length(), comma, 10);
      }
    } catch (NumberFormatException e) {
      // As any other text.
    }
    throw new Damage(directory, "the anchor cannot be read");
  }
}
