package dev.postern.plugins.mask;

import dev.postern.api.message.ErrorOrNotice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Withholds the sentences of errors and notices that can quote values. */
final class ErrorTexts {
  /**
   * Classes of SQLSTATE whose sentences say nothing of values: connections, transactions, limits,
   * interventions of operators.
   */
  private static final Set<String> HARMLESS_CLASSES =
      Set.of("08", "25", "26", "34", "40", "53", "57", "58");

  private static final Set<Character> KEPT = Set.of('S', 'V', 'C', 'P', 's', 't', 'c', 'd', 'n');

  /**
   * What {@code notice-on-pin} says, word for word: there is no room for a value in it, whoever
   * says it.
   */
  private static final Pattern PIN_NOTICE =
      Pattern.compile(
          "(SET of a setting that servers do not report|SET ROLE|SET SESSION AUTHORIZATION|LISTEN"
              + "|PREPARE|a cursor WITH HOLD|a temporary table|a session advisory lock|LOAD"
              + "|a statement that may leave anything behind|a search_path that may lead to pg_temp"
              + "|a replication origin, a replication slot, a backup or a connection of dblink"
              + "|SET of standard_conforming_strings or scram_iterations)"
              + " keeps the server connection of this session until "
              + "((RESET ALL|RESET ROLE|RESET SESSION AUTHORIZATION|UNLISTEN \\*|DEALLOCATE ALL"
              + "|CLOSE ALL|DISCARD TEMP|pg_advisory_unlock_all\\(\\)) or DISCARD ALL|DISCARD ALL|it ends)");

  /** Of a relation that a statement, or a view in it, names. */
  private static final Pattern DENIED =
      Pattern.compile(
          "permission denied for (table|view|materialized view|foreign table|relation) .+",
          Pattern.DOTALL);

  private static final Set<Character> OF_DENIED = Set.of('S', 'V', 'C', 'M', 'F', 'L', 'R');

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
    if (isPinNotice(message) || isDeniedRelation(message, state)) {
      return false;
    }
    // Errors of analysis point into the text, and quote the text only.
    boolean ofText = state.startsWith("42") && message.position() != null;
    return !ofText && !HARMLESS_CLASSES.contains(state.substring(0, 2));
  }

  private static boolean isPinNotice(ErrorOrNotice message) {
    return message.fields().keySet().equals(Set.of('S', 'V', 'C', 'M'))
        && PIN_NOTICE.matcher(message.message()).matches();
  }

  /**
   * The server looks for the rights to all relations of a statement before it reads a row, and says
   * which name the catalog has for the first without. Of schemas it says the same when a value is
   * cast to {@code regclass}, and other objects are named by values elsewhere: those do not pass,
   * nor does a sentence in another language, which may be any of these.
   */
  private static boolean isDeniedRelation(ErrorOrNotice message, String state) {
    return state.equals("42501")
        && "aclcheck_error".equals(message.fields().get('R'))
        && OF_DENIED.containsAll(message.fields().keySet())
        && DENIED.matcher(message.message()).matches();
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
