package dev.postern.plugins.recorder;

import java.util.ArrayList;
import java.util.List;

/** What is left out of a recording. */
record Redaction(boolean bindValues, boolean queryLiterals, boolean rowValues, boolean everything) {
  static final Redaction VALUES = new Redaction(true, true, true, false);

  /** Whether the texts of errors are left out: they can quote any value. */
  boolean errorTexts() {
    return everything || bindValues || queryLiterals || rowValues;
  }

  /** For the recording's header, in the words of the configuration. */
  String describe() {
    if (everything) {
      return "everything";
    }
    List<String> parts = new ArrayList<>();
    if (bindValues) {
      parts.add("bind-values");
    }
    if (queryLiterals) {
      parts.add("query-literals");
    }
    if (rowValues) {
      parts.add("row-values");
    }
    return parts.isEmpty() ? "nothing" : String.join(", ", parts);
  }
}
