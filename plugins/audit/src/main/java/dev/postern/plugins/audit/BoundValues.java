package dev.postern.plugins.audit;

import dev.postern.api.Bytes;
import dev.postern.api.message.Format;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values that were bound, as they are recorded: text as it is, binary in hexadecimal. */
final class BoundValues {
  private BoundValues() {}

  /**
   * What is kept of each, of which {@code null} is NULL.
   *
   * @param formats none: all are text; one: for all; else one for each
   * @param maxLength of each, in characters
   */
  static List<@Nullable String> of(
      List<Format> formats, List<@Nullable Bytes> values, int maxLength) {
    List<@Nullable String> shown = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      Bytes value = values.get(i);
      Format format =
          formats.isEmpty()
              ? Format.TEXT
              : formats.get(formats.size() == 1 ? 0 : Math.min(i, formats.size() - 1));
      shown.add(value == null ? null : shown(value, format, maxLength));
    }
    return shown;
  }

  private static String shown(Bytes value, Format format, int maxLength) {
    boolean text = format.equals(Format.TEXT);
    int kept = Math.min(value.length(), text ? 4 * maxLength : maxLength / 2);
    Bytes start = value.slice(0, kept);
    String all = text ? start.toUtf8() : "\\x" + HexFormat.of().formatHex(start.toByteArray());
    if (all.length() <= maxLength && kept == value.length()) {
      return all;
    }
    return all.substring(0, Math.min(all.length(), maxLength))
        + "... ("
        + value.length()
        + " bytes)";
  }
}
