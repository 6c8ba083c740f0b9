package dev.postern.proxy.relay;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks through the text of a query for what it does to the server's session beyond its
 * transaction. Knows the lexical rules (PostgreSQL documentation, "Lexical Structure") and the
 * first words of statements, not their grammar; what functions and DO blocks do inside is not seen.
 * One use for each text.
 */
final class StatementScan {
  /** The values that servers report, and that are therefore followed and need no pin. */
  private static final Set<String> REPORTED =
      Set.of("application_name", "client_encoding", "datestyle", "intervalstyle", "timezone");

  /** Reported by some versions of the server only. */
  private static final Set<String> REPORTED_LATELY =
      Set.of("search_path", "default_transaction_read_only");

  private static final Pattern LOCALLY = Pattern.compile(",\\s*(true|'t'|'true'|'on')$");

  private final byte[] text;
  private final boolean escapes;
  private final int end;
  private int at;

  private int wordStart;
  private int wordEnd;
  private int effects;

  private StatementScan(byte[] text, int begin, int end, boolean escapes) {
    this.text = text;
    this.escapes = escapes;
    this.at = begin;
    this.end = end;
  }

  /**
   * Scans a text in the server's encoding.
   *
   * @param text may be longer
   * @param escapes whether a backslash escapes in every literal: {@code
   *     standard_conforming_strings} is off
   * @return bits of {@link Effects}
   */
  static int scan(byte[] text, int begin, int end, boolean escapes) {
    StatementScan scan = new StatementScan(text, begin, end, escapes);
    int statements = 0;
    while (scan.at < end) {
      if (scan.statement()) {
        statements++;
      }
    }
    return scan.effects == 0 || statements < 2 ? scan.effects : scan.effects | Effects.SEVERAL;
  }

  /** Whether there was one. */
  private boolean statement() {
    if (!nextWord()) {
      return false;
    }
    switch (text[wordStart] | 0x20) {
      case 's' -> {
        if (is("set")) {
          set();
        } else if (is("start")) {
          effects |= Effects.BEGINS;
        } else if (is("select")) {
          body(true);
          return true;
        }
      }
      case 'b' -> {
        if (is("begin")) {
          effects |= Effects.BEGINS;
        }
      }
      case 'r' -> {
        if (is("reset")) {
          reset();
        }
      }
      case 'l' -> {
        if (is("listen")) {
          effects |= Effects.LISTEN;
        } else if (is("load")) {
          effects |= Effects.LOAD;
        }
      }
      case 'u' -> {
        if (is("unlisten") && skipSpace() && text[at] == '*') {
          effects |= Effects.ENDS_LISTEN;
        }
      }
      case 'p' -> {
        if (is("prepare") && nextWord() && !is("transaction")) {
          effects |= Effects.PREPARE;
        }
      }
      case 'd' -> {
        if (is("discard") && nextWord()) {
          discard();
        } else if (is("deallocate")) {
          deallocate();
        } else if (is("declare")) {
          declare();
          return true;
        }
      }
      case 'c' -> {
        if (is("create")) {
          body(true);
          return true;
        }
        if (is("close") && nextWord() && is("all")) {
          effects |= Effects.ENDS_HOLD;
        }
      }
      case 'w', 'e' -> {
        if (is("with") || is("explain")) {
          body(true);
          return true;
        }
      }
      default -> {}
    }
    body(false);
    return true;
  }

  private void set() {
    if (!nextWord()) {
      return;
    }
    boolean session = is("session");
    if (session) {
      if (!nextWord()) {
        return;
      }
      if (is("characteristics")) {
        effects |= Effects.SETTING;
        return;
      }
      if (is("authorization")) {
        boolean byDefault = nextWord() && is("default");
        effects |= byDefault ? Effects.ENDS_AUTHORIZATION : Effects.AUTHORIZATION;
        return;
      }
    }
    if (is("local") || is("transaction") || is("constraints") || is("time") || is("names")) {
      return;
    }
    if (is("role")) {
      boolean none = nextWord() && (is("none") || (is("to") && nextWord() && is("none")));
      effects |= none ? Effects.ENDS_ROLE : Effects.ROLE;
      return;
    }
    setting(word());
  }

  private void setting(String name) {
    switch (name) {
      case "role" -> effects |= Effects.ROLE;
      case "session_authorization" -> effects |= Effects.AUTHORIZATION;
      default -> {
        if (REPORTED_LATELY.contains(name)) {
          effects |= Effects.SETTING_REPORTED_LATELY;
        } else if (!REPORTED.contains(name)) {
          effects |= Effects.SETTING;
        }
      }
    }
  }

  private void reset() {
    if (!nextWord()) {
      return;
    }
    if (is("all")) {
      effects |= Effects.ENDS_SETTING;
    } else if (is("role")) {
      effects |= Effects.ENDS_ROLE;
    } else if (is("session") && nextWord() && is("authorization")) {
      effects |= Effects.ENDS_AUTHORIZATION;
    }
  }

  private void discard() {
    if (is("all")) {
      effects |= Effects.ENDS_ALL;
    } else if (is("temp") || is("temporary")) {
      effects |= Effects.ENDS_TEMPORARY;
    }
  }

  private void deallocate() {
    if (nextWord() && is("prepare") && !nextWord()) {
      return;
    }
    effects |= is("all") ? Effects.ENDS_PREPARE : Effects.DEALLOCATES_ONE;
  }

  private void declare() {
    boolean with = false;
    while (nextWord()) {
      if (with && is("hold")) {
        effects |= Effects.HOLD;
      }
      with = is("with");
      if (is("for")) {
        break;
      }
    }
    body(false);
  }

  /** The rest of a statement. */
  private void body(boolean mayCreate) {
    boolean temporary = false;
    boolean commit = false;
    boolean kind = mayCreate && is("create");
    boolean on = false;
    while (nextWord()) {
      if (kind && (is("temp") || is("temporary"))) {
        temporary = true;
      }
      if (commit && is("drop")) {
        temporary = false;
      }
      kind = mayCreate && isBeforeTemporary();
      commit = on && is("commit");
      on = is("on");
      int length = wordEnd - wordStart;
      switch (text[wordStart] | 0x20) {
        case 'p' -> {
          if (length >= 7 && at < end) {
            if (mayCreate && is("pg_temp")) {
              temporary = true;
            } else if (length >= 16) {
              advisory();
            }
          }
        }
        case 's' -> {
          if (length == 10 && is("set_config")) {
            setConfig();
          }
        }
        default -> {}
      }
    }
    if (temporary) {
      effects |= Effects.TEMPORARY;
    }
  }

  /** Whether {@code temp} behind this word says what kind of table it is, and is not its name. */
  private boolean isBeforeTemporary() {
    return switch (text[wordStart] | 0x20) {
      case 'c' -> is("create");
      case 'i' -> is("into");
      case 'l' -> is("local");
      case 'g' -> is("global");
      case 'r' -> is("replace");
      default -> false;
    };
  }

  private void advisory() {
    String name = word();
    if (!name.contains("advisory") || name.contains("_xact_")) {
      return;
    }
    if (name.equals("pg_advisory_unlock_all")) {
      effects |= Effects.ENDS_ADVISORY;
    } else if (name.contains("_lock")) {
      effects |= Effects.ADVISORY;
    }
  }

  /** {@code set_config(name, value, is_local)}: with three literals it is seen what it does. */
  private void setConfig() {
    int from = at;
    int depth = 0;
    int close = from;
    while (close < end) {
      byte c = text[close];
      if (c == '\'') {
        close = afterQuote(close, escapes);
        continue;
      }
      if (c == '(') {
        depth++;
      } else if (c == ')' && --depth <= 0) {
        break;
      }
      close++;
    }
    String arguments =
        new String(text, from, Math.min(close, end) - from, StandardCharsets.ISO_8859_1).strip();
    String lower = arguments.toLowerCase(Locale.ROOT);
    if (LOCALLY.matcher(lower).find()) {
      return;
    }
    int open = arguments.indexOf('\'');
    int shut = arguments.indexOf('\'', open + 1);
    boolean literal = open == 1 && shut > open && arguments.startsWith("(");
    if (literal) {
      setting(lower.substring(open + 1, shut));
    } else {
      effects |= Effects.UNKNOWN;
    }
  }

  private boolean is(String word) {
    if (wordEnd - wordStart != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if ((text[wordStart + i] | 0x20) != word.charAt(i) && text[wordStart + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String word() {
    return new String(text, wordStart, wordEnd - wordStart, StandardCharsets.UTF_8)
        .toLowerCase(Locale.ROOT);
  }

  /** Moves over space and comments; false at the end of the text. */
  private boolean skipSpace() {
    while (at < end) {
      byte c = text[at];
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        at++;
      } else if (c == '-' && at + 1 < end && text[at + 1] == '-') {
        at = afterLine(at);
      } else if (c == '/' && at + 1 < end && text[at + 1] == '*') {
        at = afterComment(at);
      } else {
        return true;
      }
    }
    return false;
  }

  /** Finds the next word of this statement; false behind its end. */
  private boolean nextWord() {
    while (at < end) {
      byte c = text[at];
      if (isLetter(c)) {
        wordStart = at;
        do {
          at++;
        } while (at < end && isPart(text[at]));
        wordEnd = at;
        if (at < end && text[at] == '\'' && wordEnd - wordStart == 1) {
          at = afterQuote(at, escapes || (text[wordStart] | 0x20) == 'e');
          continue;
        }
        return true;
      }
      switch (c) {
        case ';' -> {
          at++;
          return false;
        }
        case '\'' -> at = afterQuote(at, escapes);
        case '"' -> {
          wordStart = at + 1;
          at = afterIdentifier(at);
          wordEnd = at - 1;
          if (wordEnd > wordStart) {
            return true;
          }
        }
        case '$' -> at = afterDollar(at);
        case '-' -> at = at + 1 < end && text[at + 1] == '-' ? afterLine(at) : at + 1;
        case '/' -> at = at + 1 < end && text[at + 1] == '*' ? afterComment(at) : at + 1;
        default -> {
          at++;
          if (c >= '0' && c <= '9') {
            while (at < end && isPart(text[at])) {
              at++;
            }
          }
        }
      }
    }
    return false;
  }

  private static boolean isLetter(byte c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c < 0;
  }

  private static boolean isPart(byte c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '$';
  }

  private int afterLine(int from) {
    int i = from;
    while (i < end && text[i] != '\n' && text[i] != '\r') {
      i++;
    }
    return i;
  }

  private int afterComment(int from) {
    int depth = 0;
    int i = from;
    while (i < end) {
      if (text[i] == '/' && i + 1 < end && text[i + 1] == '*') {
        depth++;
        i += 2;
      } else if (text[i] == '*' && i + 1 < end && text[i + 1] == '/') {
        depth--;
        i += 2;
        if (depth == 0) {
          return i;
        }
      } else {
        i++;
      }
    }
    return end;
  }

  private int afterQuote(int from, boolean escapes) {
    int i = from + 1;
    while (i < end) {
      if (text[i] == '\\' && escapes) {
        i += 2;
      } else if (text[i] == '\'') {
        return i + 1; // a doubled quote begins another literal, which is the same to us
      } else {
        i++;
      }
    }
    return end;
  }

  private int afterIdentifier(int from) {
    int i = from + 1;
    while (i < end && text[i] != '"') {
      i++;
    }
    return Math.min(end, i + 1);
  }

  private int afterDollar(int from) {
    int i = from + 1;
    while (i < end && text[i] != '$' && isPart(text[i])) {
      i++;
    }
    if (i >= end || text[i] != '$' || (i > from + 1 && !isLetter(text[from + 1]))) {
      return from + 1; // a parameter such as $1
    }
    int length = i + 1 - from;
    for (int j = i + 1; j + length <= end; j++) {
      if (text[j] == '$' && matches(from, j, length)) {
        return j + length;
      }
    }
    return end;
  }

  private boolean matches(int first, int second, int length) {
    for (int k = 0; k < length; k++) {
      if (text[first + k] != text[second + k]) {
        return false;
      }
    }
    return true;
  }
}
