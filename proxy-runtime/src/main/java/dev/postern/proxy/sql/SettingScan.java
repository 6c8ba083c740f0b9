package dev.postern.proxy.sql;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What SET, RESET and {@code set_config} do to the server's session, in bits of {@link Effects}.
 */
final class SettingScan {
  /** The values that servers report, and that are therefore followed and need no pin. */
  private static final Set<String> REPORTED =
      Set.of("application_name", "client_encoding", "datestyle", "intervalstyle", "timezone");

  /** Reported by some versions of the server only. */
  private static final Set<String> REPORTED_LATELY =
      Set.of("search_path", "default_transaction_read_only");

  /** Reported, and not carried on: texts are read by the first, and nobody needs the second. */
  private static final Set<String> KEPT = Set.of("standard_conforming_strings", "scram_iterations");

  private static final Set<String> TRUE = Set.of("true", "'t'", "'true'", "'on'");

  /** A whole argument: what is joined, doubled or escaped may be anything. */
  private static final Pattern LITERAL = Pattern.compile("'([^'\\\\]*)'");

  private static final Pattern NO_PART_OF_NAMES = Pattern.compile("[\\s'\"]+");

  private SettingScan() {}

  static int set(SqlWords words) {
    if (!words.next()) {
      return 0;
    }
    boolean session = false;
    while (words.isKeywordAlone("session")) {
      session = true;
      if (!words.next()) {
        return 0;
      }
    }
    if (session && words.isKeywordAlone("characteristics")) {
      return Effects.SETTING;
    }
    if (session && words.isKeywordAlone("authorization")) {
      return words.endsWith("default") ? Effects.ENDS_AUTHORIZATION : Effects.AUTHORIZATION;
    }
    if (words.isKeywordAlone("transaction") || words.isKeywordAlone("constraints")) {
      return 0;
    }
    if (words.isKeywordAlone("local")) {
      boolean leads = words.next() && (words.isEscapedName() || (isPath(words) && leads(words)));
      return leads ? Effects.TEMPORARY_PATH_LOCALLY : 0;
    }
    if (words.isEscapedName()) {
      return Effects.UNKNOWN;
    }
    if (words.isAhead('.')) {
      return words.endsWith("default") ? Effects.DEFAULTS : Effects.SETTING;
    }
    if (words.is("time")) {
      return words.endsWith("default") || words.endsWith("local") ? Effects.DEFAULTS : 0;
    }
    if (words.is("names")) {
      return words.isEndAhead() || words.endsWith("default") ? Effects.DEFAULTS : 0;
    }
    if (words.is("role")) {
      return words.endsWith("none") ? Effects.ENDS_ROLE : Effects.ROLE;
    }
    if (words.endsWith("default")) {
      return Effects.DEFAULTS;
    }
    return setting(words.word()) | (isPath(words) && leads(words) ? Effects.TEMPORARY_PATH : 0);
  }

  private static boolean isPath(SqlWords words) {
    return words.is("search_path") || words.is("schema");
  }

  /**
   * Whether the rest of SET may have the name {@code pg_temp} in it, whatever it is written like.
   */
  private static boolean leads(SqlWords words) {
    String rest = words.rest();
    return rest.contains("\\")
        || rest.contains("&")
        || rest.contains("--") // between two lines of one literal
        || namesTemporary(NO_PART_OF_NAMES.matcher(rest).replaceAll(""));
  }

  private static boolean namesTemporary(String path) {
    return path.toLowerCase(Locale.ROOT).contains("pg_temp");
  }

  private static int setting(String name) {
    return switch (name) {
      case "role" -> Effects.ROLE;
      case "session_authorization" -> Effects.AUTHORIZATION;
      default ->
          REPORTED_LATELY.contains(name)
              ? Effects.SETTING_REPORTED_LATELY
              : KEPT.contains(name)
                  ? Effects.SETTING_KEPT
                  : REPORTED.contains(name) ? 0 : Effects.SETTING;
    };
  }

  static int reset(SqlWords words) {
    if (!words.next()) {
      return 0;
    }
    if (words.isAhead('.')) {
      return 0;
    }
    if (words.isKeyword("all")) {
      return Effects.ENDS_SETTING;
    }
    if (words.is("role")) {
      return Effects.ENDS_ROLE;
    }
    boolean authorization = words.is("session") && words.next() && words.is("authorization");
    return authorization ? Effects.ENDS_AUTHORIZATION : 0;
  }

  /**
   * {@code set_config(name, value, is_local)}: with literals it is seen what it does.
   *
   * @param arguments those that are certain
   */
  static int setConfig(List<String> arguments) {
    String name = literal(arguments, 0);
    String value = literal(arguments, 1);
    boolean path = name == null || name.equals("search_path");
    boolean leads = path && (value == null || name == null || namesTemporary(value));
    if (arguments.size() == 3 && TRUE.contains(arguments.get(2).toLowerCase(Locale.ROOT))) {
      return leads ? Effects.TEMPORARY_PATH_LOCALLY : 0;
    }
    if (name == null) {
      return Effects.UNKNOWN;
    }
    return setting(name) | (leads ? Effects.TEMPORARY_PATH : 0);
  }

  /** In small letters; {@code null} where it is none. */
  private static @Nullable String literal(List<String> arguments, int index) {
    if (index >= arguments.size()) {
      return null;
    }
    Matcher literal = LITERAL.matcher(arguments.get(index));
    return literal.matches() ? literal.group(1).toLowerCase(Locale.ROOT) : null;
  }
}
