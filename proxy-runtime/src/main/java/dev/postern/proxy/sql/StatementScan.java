package dev.postern.proxy.sql;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks through the text of a query for what it does to the server's session beyond its
 * transaction. Knows the first words of statements, not their grammar; what functions and DO blocks
 * do inside is not seen.
 */
public final class StatementScan {
  /** What the names of statements begin with that a pool shares among its clients. */
  public static final String SHARED_NAMES = "postern_";

  /** The values that servers report, and that are therefore followed and need no pin. */
  private static final Set<String> REPORTED =
      Set.of("application_name", "client_encoding", "datestyle", "intervalstyle", "timezone");

  /** Reported by some versions of the server only. */
  private static final Set<String> REPORTED_LATELY =
      Set.of("search_path", "default_transaction_read_only");

  /** A whole first argument: what is joined, doubled or escaped may be any name. */
  private static final Pattern LITERAL_NAME = Pattern.compile("\\(\\s*'([^'\\\\]*)'\\s*,");

  private static final Pattern LOCALLY = Pattern.compile(",\\s*(true|'t'|'true'|'on')$");

  private StatementScan() {}

  /**
   * Scans a text in the server's encoding.
   *
   * @param text may be longer
   * @param escapes whether a backslash escapes in every literal: {@code
   *     standard_conforming_strings} is off
   * @return bits of {@link Effects}
   */
  public static int scan(byte[] text, int begin, int end, boolean escapes) {
    SqlWords words = new SqlWords(text, begin, end, escapes);
    int effects = 0;
    int statements = 0;
    while (!words.isLast()) {
      if (words.next()) {
        statements++;
        effects |= changesReports(words) ? Effects.CHANGES_REPORTS : 0;
        effects |= statement(words);
      }
    }
    return effects == 0 || statements < 2 ? effects : effects | Effects.SEVERAL;
  }

  /** Whether the statement that begins with this word can set what servers report. */
  private static boolean changesReports(SqlWords words) {
    return switch (words.initial()) {
      case 'a' -> words.is("abort");
      case 'c' -> words.is("commit");
      case 'd' -> words.is("discard");
      case 'e' -> words.is("end");
      case 'r' -> words.is("reset") || words.is("rollback");
      case 's' -> words.is("set");
      default -> false;
    };
  }

  private static int statement(SqlWords words) {
    return switch (words.initial()) {
      case 's' -> {
        if (words.is("select")) {
          yield body(words, true);
        }
        int effects = words.is("set") ? set(words) : words.is("start") ? Effects.BEGINS : 0;
        yield effects | body(words, false);
      }
      case 'b' -> (words.is("begin") ? Effects.BEGINS : 0) | body(words, false);
      case 'r' -> (words.is("reset") ? reset(words) : 0) | body(words, false);
      case 'l' -> {
        int effects = words.is("listen") ? Effects.LISTEN : words.is("load") ? Effects.LOAD : 0;
        yield effects | body(words, false);
      }
      case 'u' -> {
        boolean all = words.is("unlisten") && words.isAhead('*');
        yield (all ? Effects.ENDS_LISTEN : 0) | body(words, false);
      }
      case 'p' -> {
        boolean prepares =
            words.is("prepare")
                && words.next()
                && !(words.is("transaction") && words.isLiteralAhead()); // else that is its name
        yield (prepares ? Effects.PREPARE | shared(words) : 0) | body(words, false);
      }
      case 'd' -> {
        int effects = 0;
        if (words.is("discard")) {
          effects = words.next() ? discarded(words) : 0;
        } else if (words.is("deallocate")) {
          effects = deallocated(words);
        } else if (words.is("declare")) {
          effects = declared(words);
        }
        yield effects | body(words, false);
      }
      case 'c' -> {
        if (words.is("create")) {
          yield body(words, true);
        }
        boolean closesAll = words.is("close") && words.next() && words.is("all");
        yield (closesAll ? Effects.ENDS_HOLD : 0) | body(words, false);
      }
      case 'w', 'e' -> body(words, words.is("with") || words.is("explain"));
      default -> body(words, false);
    };
  }

  private static int set(SqlWords words) {
    if (!words.next()) {
      return 0;
    }
    if (words.is("session")) {
      if (!words.next()) {
        return 0;
      }
      if (words.is("characteristics")) {
        return Effects.SETTING;
      }
      if (words.is("authorization")) {
        boolean byDefault = words.next() && words.is("default");
        return byDefault ? Effects.ENDS_AUTHORIZATION : Effects.AUTHORIZATION;
      }
    }
    if (words.is("local") || words.is("transaction") || words.is("constraints")) {
      return 0;
    }
    if (words.is("time")) {
      return words.endsWith("default") || words.endsWith("local") ? Effects.DEFAULTS : 0;
    }
    if (words.is("names")) {
      return words.isEndAhead() || words.endsWith("default") ? Effects.DEFAULTS : 0;
    }
    if (words.is("role")) {
      boolean none =
          words.next()
              && (words.is("none") || (words.is("to") && words.next() && words.is("none")));
      return none ? Effects.ENDS_ROLE : Effects.ROLE;
    }
    return words.endsWith("default") ? Effects.DEFAULTS : setting(words.word());
  }

  private static int setting(String name) {
    return switch (name) {
      case "role" -> Effects.ROLE;
      case "session_authorization" -> Effects.AUTHORIZATION;
      default ->
          REPORTED_LATELY.contains(name)
              ? Effects.SETTING_REPORTED_LATELY
              : REPORTED.contains(name) ? 0 : Effects.SETTING;
    };
  }

  private static int reset(SqlWords words) {
    if (!words.next()) {
      return 0;
    }
    if (words.is("all")) {
      return Effects.ENDS_SETTING;
    }
    if (words.is("role")) {
      return Effects.ENDS_ROLE;
    }
    boolean authorization = words.is("session") && words.next() && words.is("authorization");
    return authorization ? Effects.ENDS_AUTHORIZATION : 0;
  }

  private static int discarded(SqlWords words) {
    if (words.is("all")) {
      return Effects.ENDS_ALL;
    }
    return words.is("temp") || words.is("temporary") ? Effects.ENDS_TEMPORARY : 0;
  }

  private static int deallocated(SqlWords words) {
    if (words.next() && words.is("prepare") && !words.next()) {
      return 0;
    }
    return words.is("all") ? Effects.ENDS_PREPARE : Effects.DEALLOCATES_ONE | shared(words);
  }

  private static int declared(SqlWords words) {
    int effects = 0;
    boolean with = false;
    while (words.next()) {
      if (with && words.is("hold")) {
        effects = Effects.HOLD;
      }
      with = words.is("with");
      if (words.is("for")) {
        break;
      }
    }
    return effects;
  }

  /** The rest of a statement. */
  private static int body(SqlWords words, boolean mayCreate) {
    int effects = 0;
    boolean temporary = false;
    boolean commit = false;
    boolean kind = mayCreate && words.is("create");
    boolean on = false;
    boolean updates = words.is("update");
    boolean executes = words.is("execute");
    boolean escaped = false;
    while (words.next()) {
      if (escaped && (words.isAhead('(') || words.isAhead('u') || words.isAhead('U'))) {
        effects |= Effects.UNKNOWN | Effects.CHANGES_REPORTS; // a call, or UESCAPE before one
      }
      escaped = words.isEscapedName();
      if (executes) {
        effects |= shared(words);
      }
      executes = words.initial() == 'e' && words.is("execute");
      if (kind && (words.is("temp") || words.is("temporary"))) {
        temporary = true;
      }
      if (commit && words.is("drop")) {
        temporary = false;
      }
      kind = mayCreate && isBeforeTemporary(words);
      commit = on && words.is("commit");
      on = words.is("on");
      switch (words.initial()) {
        case 'p' -> {
          if (words.length() >= 7 && !words.isLast()) {
            if (mayCreate && words.is("pg_temp")) {
              temporary = true;
            } else if (updates && words.is("pg_settings")) {
              effects |= Effects.SETTING;
            } else if (words.length() >= 16 && words.begins("pg_")) {
              effects |= advisory(words.word());
            }
          }
        }
        case 's' -> {
          if (words.length() == 10 && words.is("set_config")) {
            effects |= Effects.CHANGES_REPORTS | setConfig(words.arguments());
          }
        }
        case 'u' -> updates |= words.is("update");
        default -> {}
      }
    }
    return temporary ? effects | Effects.TEMPORARY : effects;
  }

  /** Whether {@code temp} behind this word says what kind of table it is, and is not its name. */
  private static boolean isBeforeTemporary(SqlWords words) {
    return switch (words.initial()) {
      case 'c' -> words.is("create");
      case 'i' -> words.is("into");
      case 'l' -> words.is("local");
      case 'g' -> words.is("global");
      case 'r' -> words.is("replace");
      default -> false;
    };
  }

  /** Of a statement's name: written with escapes it may be any. */
  private static int shared(SqlWords words) {
    return words.isEscapedName() || words.begins(SHARED_NAMES) ? Effects.NAMES_SHARED : 0;
  }

  /** Of a function whose name may be one of those for advisory locks. */
  private static int advisory(String name) {
    if (!name.contains("advisory") || name.contains("_xact_")) {
      return 0;
    }
    if (name.equals("pg_advisory_unlock_all")) {
      return Effects.ENDS_ADVISORY;
    }
    return name.contains("_lock") ? Effects.ADVISORY : 0;
  }

  /** {@code set_config(name, value, is_local)}: with three literals it is seen what it does. */
  private static int setConfig(String arguments) {
    String lower = arguments.toLowerCase(Locale.ROOT);
    if (LOCALLY.matcher(lower).find()) {
      return 0;
    }
    Matcher literal = LITERAL_NAME.matcher(lower);
    return literal.lookingAt() ? setting(literal.group(1)) : Effects.UNKNOWN;
  }
}
