package dev.postern.it.pooling;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The kinds of things that a client leaves in a server's session. Each is switched on, with a value
 * that only this client has, and off again.
 */
enum Trace {
  APPLICATION_NAME("application_name", "SET application_name = 'client %d'", "client %d", true),
  TIME_ZONE("timezone", "SET TimeZone = '<X%1$d>+01'", "<X%1$d>+01", true),
  DATE_STYLE("datestyle", "SET DateStyle = 'German'", "German, DMY", true),
  WORK_MEM("work_mem", "SET work_mem = '%dkB'", "%dkB", true),
  SEARCH_PATH("search_path", "SET search_path = client_%d", "client_%d", true),
  ISOLATION(
      "default_transaction_isolation",
      "SET default_transaction_isolation = 'repeatable read'",
      "repeatable read",
      true),
  CUSTOM("my.x", "SET my.x = 'client %d'", "client %d", true),
  CUSTOM_BY_FUNCTION("my.y", "SELECT set_config('my.y', 'client %d', false)", "client %d", true),
  PREPARED("prepared", "PREPARE q AS SELECT %d", "SELECT %d", false),
  HELD_CURSOR("cursors", "DECLARE held CURSOR WITH HOLD FOR SELECT %d", "SELECT %d", true),
  ADVISORY_LOCK("locks", "SELECT pg_advisory_lock(%d)", "%d", false),
  TEMPORARY_TABLE("tables", "CREATE TEMP TABLE table_%1$d (a int)", "table_%1$d", true),
  ROLE("role", "SET ROLE hunt_group", "hunt_group", true),
  AUTHORIZATION("authorization", "SET SESSION AUTHORIZATION hunted", "hunted", true);

  /** What one look at the server's session shows, in the order of {@link #values()}. */
  static final String LOOK =
      """
      SELECT current_setting('application_name'), current_setting('timezone'),
        current_setting('datestyle'), current_setting('work_mem'), current_setting('search_path'),
        current_setting('default_transaction_isolation'),
        coalesce(current_setting('my.x', true), ''), coalesce(current_setting('my.y', true), ''),
        (SELECT coalesce(string_agg(substring(statement, 'SELECT [0-9]+'), ';'), '')
          FROM pg_prepared_statements WHERE from_sql),
        (SELECT coalesce(string_agg(substring(statement, 'SELECT [0-9]+'), ';'), '')
          FROM pg_cursors WHERE name <> ''),
        (SELECT coalesce(string_agg(objid::text, ';'), '') FROM pg_locks
          WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
        (SELECT coalesce(string_agg(relname, ';'), '') FROM pg_class
          WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'),
        CASE WHEN current_user = session_user THEN '' ELSE current_user::text END,
        session_user::text,
        (SELECT count(*)::text FROM pg_replication_slots WHERE active_pid = pg_backend_pid()),
        (SELECT coalesce(string_agg(channel, ';'), '') FROM pg_listening_channels() channel)""";

  /** Ends several of them at once. */
  static final List<String> CLEANERS =
      List.of("RESET ALL", "DISCARD ALL", "DEALLOCATE ALL", "CLOSE ALL", "DISCARD TEMP");

  private static final Set<Trace> SETTINGS = EnumSet.range(APPLICATION_NAME, CUSTOM_BY_FUNCTION);

  final String shownAs;
  private final boolean rolledBack;
  private final String on;
  private final String value;

  Trace(String shownAs, String on, String value, boolean rolledBack) {
    this.shownAs = shownAs;
    this.on = on;
    this.value = value;
    this.rolledBack = rolledBack;
  }

  /** What the client's own statement for it is. */
  String on(int client) {
    return on.formatted(number(client));
  }

  String off(int client) {
    return switch (this) {
      case PREPARED -> "DEALLOCATE q";
      case HELD_CURSOR -> "CLOSE held";
      case ADVISORY_LOCK -> "SELECT pg_advisory_unlock(%d)".formatted(number(client));
      case TEMPORARY_TABLE -> "DROP TABLE pg_temp.table_%d".formatted(number(client));
      case AUTHORIZATION -> "RESET SESSION AUTHORIZATION";
      case CUSTOM_BY_FUNCTION -> "SELECT set_config('my.y', '', false)";
      default -> "RESET " + shownAs;
    };
  }

  /** What a look shows of it. */
  String value(int client) {
    return value.formatted(number(client));
  }

  /** Whether a rollback undoes that it was switched on, or off. */
  boolean isUndone(boolean on) {
    return rolledBack && (on || this != HELD_CURSOR);
  }

  /**
   * Whether it can be switched while those are there: a role does not survive a change of the
   * session's user, and may not drop the tables of another.
   */
  boolean goesWith(Set<Trace> others) {
    return switch (this) {
      case ROLE -> !others.contains(AUTHORIZATION);
      case AUTHORIZATION -> !others.contains(ROLE);
      case TEMPORARY_TABLE -> !others.contains(ROLE) && !others.contains(AUTHORIZATION);
      default -> true;
    };
  }

  /** Whether RESET ALL ends it. */
  boolean isSetting() {
    return SETTINGS.contains(this);
  }

  /** Whether one of {@link #CLEANERS} ends it. */
  boolean isEndedBy(String cleaner) {
    return switch (cleaner) {
      case "DISCARD ALL" -> true;
      case "RESET ALL" -> isSetting();
      case "DEALLOCATE ALL" -> this == PREPARED;
      case "CLOSE ALL" -> this == HELD_CURSOR;
      case "DISCARD TEMP" -> this == TEMPORARY_TABLE;
      default -> false;
    };
  }

  /** What a look shows. */
  static Map<Trace, String> seen(List<String> look) {
    Map<Trace, String> seen = new EnumMap<>(Trace.class);
    for (Trace trace : values()) {
      seen.put(trace, look.get(seen.size()));
    }
    return seen;
  }

  static Trace any(RandomGenerator random) {
    return values()[random.nextInt(values().length)];
  }

  /** Odd, so that PostgreSQL does not show a memory size in another unit. */
  private static int number(int client) {
    return 100_001 + 2 * client;
  }

  /** Mixed: the first numbers of two that are seeded with neighbours are nearly the same. */
  static Random seeded(long seed, int client) {
    return new Random(new SplittableRandom(seed * 31 + client).nextLong());
  }
}
