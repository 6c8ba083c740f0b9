package dev.postern.plugins.querylog;

import java.time.Instant;
import java.time.temporal.ChronoField;

/** Flat JSON objects, each on a line (RFC 8259), one behind the other. Used by one thread. */
final class JsonLine {
  /** Enough for what each session keeps of itself; who writes many lines has it grow once. */
  private static final int USUAL = 256;

  private final StringBuilder text = new StringBuilder(USUAL);
  private boolean begun;

  /** What this second looks like, without a fraction. */
  private String secondText = "";

  private long second = Long.MIN_VALUE;

  JsonLine begin() {
    text.append('{');
    begun = false;
    return this;
  }

  JsonLine put(String name, String value) {
    name(name);
    string(value);
    return this;
  }

  JsonLine put(String name, long value) {
    name(name);
    text.append(value);
    return this;
  }

  /** In UTC, to the microsecond. */
  JsonLine put(String name, Instant time) {
    if (time.getEpochSecond() != second) {
      second = time.getEpochSecond();
      String whole = Instant.ofEpochSecond(second).toString();
      secondText = whole.substring(0, whole.length() - 1);
    }
    name(name);
    text.append('"').append(secondText).append('.');
    int micros = time.get(ChronoField.MICRO_OF_SECOND);
    for (int unit = 100_000; unit > 0; unit /= 10) {
      text.append((char) ('0' + micros / unit % 10));
    }
    text.append("Z\"");
    return this;
  }

  /** Members that were written before. */
  JsonLine put(String members) {
    comma();
    text.append(members);
    return this;
  }

  JsonLine end() {
    text.append("}\n");
    return this;
  }

  /** How many characters have been written since {@link #take}. */
  int length() {
    return text.length();
  }

  /** All that has been written. */
  String take() {
    String taken = text.toString();
    text.setLength(0);
    begun = false;
    return taken;
  }

  private void name(String name) {
    comma();
    text.append('"').append(name).append("\":");
  }

  private void comma() {
    if (begun) {
      text.append(',');
    }
    begun = true;
  }

  private void string(String value) {
    text.append('"');
    int copied = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\' || c < 0x20 || Character.isSurrogate(c)) {
        text.append(value, copied, i);
        copied = i + 1;
        escaped(c);
      }
    }
    text.append(value, copied, value.length()).append('"');
  }

  private void escaped(char c) {
    if (c == '"' || c == '\\') {
      text.append('\\').append(c);
    } else {
      text.append("\\u%04x".formatted((int) c));
    }
  }
}
