package dev.postern.proxy.sql;

import java.util.regex.Pattern;

/**
 * Looks through the text of a query for what it does to the server's session beyond its
 * transaction. Knows the first words of statements, not their grammar; what functions do inside is
 * not seen.
 */
public final class StatementScan {
  /** What the names of statements begin with that a pool shares among its clients. */
  public static final String SHARED_NAMES = "postern_";

  private static final Pattern SELECT =
      Pattern.compile("select\\s+(pg_catalog\\s*\\.\\s*)?", Pattern.CASE_INSENSITIVE);

  private static final Pattern CALL_ALONE = Pattern.compile("\\s*\\(\\s*\\)\\s*;?");

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
        int effects =
            words.is("set") ? SettingScan.set(words) : words.is("start") ? Effects.BEGINS : 0;
        yield effects | body(words, false);
      }
      case 'b' -> (words.is("begin") ? Effects.BEGINS : 0) | body(words, false);
      case 'r' -> (words.is("reset") ? SettingScan.reset(words) : 0) | body(words, false);
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
        } else if (words.is("do")) {
          effects = Effects.UNKNOWN | Effects.CHANGES_REPORTS;
        }
        yield effects | body(words, false);
      }
      case 'c' -> {
        if (words.is("create")) {
          yield body(words, true);
        }
        boolean closesAll = words.is("close") && words.next() && words.isKeyword("all");
        yield (closesAll ? Effects.ENDS_HOLD : 0) | body(words, false);
      }
      case 'w', 'e' -> body(words, words.is("with") || words.is("explain"));
      case 'i' -> body(words, words.is("import"));
      default -> body(words, false);
    };
  }

  private static int discarded(SqlWords words) {
    if (words.is("all")) {
      return Effects.ENDS_ALL;
    }
    return words.is("temp") || words.is("temporary") ? Effects.ENDS_TEMPORARY : 0;
  }

  private static int deallocated(SqlWords words) {
    if (words.next() && words.is("prepare") && !words.isEndAhead()) {
      words.next(); // else that is its name
    }
    return words.isKeyword("all") ? Effects.ENDS_PREPARE : Effects.DEALLOCATES_ONE | shared(words);
  }

  private static int declared(SqlWords words) {
    int effects = 0;
    boolean with = false;
    while (words.next()) {
      if (with && words.is("hold")) {
        effects = Effects.HOLD;
      }
      with = words.is("with");
      if (words.isKeyword("for")) {
        break;
      }
    }
    return effects;
  }

  /** The rest of a statement. */
  private static int body(SqlWords words, boolean mayCreate) {
    int effects = 0;
    int begin = words.start();
    boolean temporary = false;
    boolean commit = false;
    boolean kind = mayCreate && words.is("create");
    boolean creates = kind || (mayCreate && words.is("import"));
    boolean on = false;
    boolean updates = words.is("update");
    boolean executes = words.is("execute");
    boolean escaped = false;
    int behind = words.behind();
    while (words.next()) {
      if (escaped && (words.isAhead('(') || words.isAhead('u') || words.isAhead('U'))) {
        effects |= Effects.UNKNOWN | Effects.CHANGES_REPORTS; // a call, or UESCAPE before one
      }
      escaped = words.isEscapedName();
      if (escaped) {
        temporary |= creates; // the schema may be pg_temp
        effects |= updates ? Effects.UNKNOWN : 0; // the table may be pg_settings
      }
      if (executes) {
        effects |= shared(words);
      }
      executes = words.initial() == 'e' && words.is("execute");
      if (kind && (words.is("temp") || words.is("temporary"))) {
        temporary = true;
      }
      if (commit && words.is("drop") && words.isBehindSpace(behind)) {
        temporary = false;
      }
      kind = mayCreate && isBeforeTemporary(words);
      creates |= kind && (words.is("create") || words.is("into"));
      commit = on && words.is("commit") && words.isBehindSpace(behind);
      on = words.is("on");
      behind = words.behind();
      switch (words.initial()) {
        case 'p' -> {
          if (words.length() >= 7 && !words.isLast()) {
            if (mayCreate && words.begins("pg_temp")) {
              temporary = true;
            } else if (updates && words.is("pg_settings")) {
              effects |= Effects.UNKNOWN; // the search_path may be among them
            } else if (words.length() >= 15 && words.begins("pg_")) {
              effects |= function(words, begin);
            }
          }
        }
        case 'd' -> {
          if (words.begins("dblink_connect") && words.isAhead('(')) {
            effects |= Effects.OUTLASTS;
          }
        }
        case 'q' -> effects |= words.begins("query_to_xml") ? Effects.UNKNOWN : 0;
        case 's' -> {
          if (words.length() == 10 && words.is("set_config")) {
            effects |= Effects.CHANGES_REPORTS | SettingScan.setConfig(words.arguments());
          } else if (words.length() == 9 && words.is("set_limit") && words.isAhead('(')) {
            effects |= Effects.SETTING; // that of pg_trgm
          }
        }
        case 't' -> effects |= words.is("ts_stat") || words.is("ts_rewrite") ? Effects.UNKNOWN : 0;
        case 'u' -> updates |= words.is("update");
        default -> {}
      }
    }
    effects |= creates ? Effects.CREATES : 0;
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

  /**
   * Of a function that may be one of those that leave something behind.
   *
   * @param begin of the statement
   */
  private static int function(SqlWords words, int begin) {
    String name = words.word();
    return switch (name) {
      case "pg_replication_origin_session_setup",
          "pg_create_logical_replication_slot",
          "pg_create_physical_replication_slot",
          "pg_copy_logical_replication_slot",
          "pg_copy_physical_replication_slot",
          "pg_backup_start",
          "pg_start_backup" ->
          Effects.OUTLASTS;
      case "pg_advisory_unlock_all" -> {
        boolean alone =
            SELECT.matcher(words.since(begin)).matches()
                && CALL_ALONE.matcher(words.rest()).matches();
        yield alone ? Effects.ENDS_ADVISORY : 0;
      }
      default ->
          name.contains("advisory") && name.contains("_lock") && !name.contains("_xact_")
              ? Effects.ADVISORY
              : 0;
    };
  }
}
