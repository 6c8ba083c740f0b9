package dev.postern.plugins.mask;

import dev.postern.api.message.ErrorOrNotice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Withholds the sentences of errors and notices that can quote values. */
final class ErrorTexts {
  /**
   * Classes of SQLSTATE whose sentences say nothing of values: connections, transactions, limits,
   * interventions of operators.
   */
  private static final Set<String> HARMLESS_CLASSES =
      Set.of("08", "25", "26", "34", "40", "53", "57", "58");

  private static final Set<Character> KEPT = Set.of('S', 'V', 'C', 'P', 's', 't', 'c', 'd', 'n');

  private ErrorTexts() {}

  /** Whether the sentences can quote values. */
  static boolean canQuote(ErrorOrNotice message) {
    if (message.where() != null) {
      return true;
    }
    String state = message.fields().getOrDefault('C', "");
    if (state.length() != 5) {
      return true;
    }
    // Errors of analysis point into the text, and quote the text only.
    boolean ofText = state.startsWith("42") && message.position() != null;
    return !ofText && !HARMLESS_CLASSES.contains(state.substring(0, 2));
  }

  /** What may be known. */
  static Map<Character, String> withheld(ErrorOrNotice message) {
    Map<Character, String> fields = new LinkedHashMap<>();
    message
        .fields()
        .forEach(
            (code, text) -> {
              if (KEPT.contains(code)) {
                fields.put(code, text);
              } else if (code == 'M') {
                fields.put(code, "the sentence is withheld, since it could quote a masked value");
              }
            });
    return fields;
  }
}
