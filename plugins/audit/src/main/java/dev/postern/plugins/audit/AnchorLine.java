package dev.postern.plugins.audit;

import java.io.IOException;
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
  static long seq(String line) throws IOException {
    int comma = line.indexOf(',');
    try {
      if (line.startsWith(BEGIN) && comma > 0) {
        return Long.parseLong(line, BEGIN.length(), comma, 10);
      }
    } catch (NumberFormatException e) {
      throw new IOException("the anchor of the audit log cannot be read", e);
    }
    throw new IOException("the anchor of the audit log cannot be read");
  }
}
