package dev.postern.proxy.sql;

import java.util.ArrayList;
import java.util.List;

/** What a statement does to the server's session beyond its transaction, as bits. */
public final class Effects {
  public static final int SETTING = 1;
  static final int ROLE = 1 << 1;
  static final int AUTHORIZATION = 1 << 2;
  public static final int LISTEN = 1 << 3;
  static final int PREPARE = 1 << 4;
  static final int HOLD = 1 << 5;
  public static final int TEMPORARY = 1 << 6;
  static final int ADVISORY = 1 << 7;
  static final int LOAD = 1 << 8;

  /** Whatever there is: what it does is not written in it, or in a way that is not understood. */
  public static final int UNKNOWN = 1 << 9;

  /** {@code search_path} may name {@code pg_temp}: whatever is created may be temporary. */
  public static final int TEMPORARY_PATH = 1 << 10;

  /** What DISCARD ALL leaves there, but for LOAD. */
  static final int OUTLASTS = 1 << 11;

  /** A setting that servers report and that is not carried to other connections all the same. */
  static final int SETTING_KEPT = 1 << 12;

  /** All that ties a session to its connection. */
  public static final int PINS = (1 << 13) - 1;

  /** What nothing but the end of the connection takes away. */
  public static final int LASTS = LOAD | OUTLASTS;

  /** A setting that newer servers report. */
  public static final int SETTING_REPORTED_LATELY = 1 << 13;

  public static final int BEGINS = 1 << 14;
  public static final int DEALLOCATES_ONE = 1 << 15;

  /** RESET ALL. */
  public static final int ENDS_SETTING = 1 << 16;

  static final int ENDS_ROLE = 1 << 17;
  static final int ENDS_AUTHORIZATION = 1 << 18;
  static final int ENDS_LISTEN = 1 << 19;
  static final int ENDS_PREPARE = 1 << 20;
  static final int ENDS_HOLD = 1 << 21;
  static final int ENDS_TEMPORARY = 1 << 22;
  static final int ENDS_ADVISORY = 1 << 23;
  static final int ENDS_ALL = 1 << 24;

  /** There is more than one statement: what one of them ends may not be ended by the end of all. */
  public static final int SEVERAL = 1 << 25;

  /** LISTEN that the pool's listening connection does for the session. */
  public static final int LISTENS_SHARED = 1 << 26;

  /** What servers report may change: by SET and its like, or by the end of a transaction. */
  public static final int CHANGES_REPORTS = 1 << 27;

  /** SET of something to its default. */
  public static final int DEFAULTS = 1 << 28;

  /** It names a statement that the pool shares among its clients, or may do so. */
  public static final int NAMES_SHARED = 1 << 29;

  /** As {@link #TEMPORARY_PATH}, until the end of the transaction. */
  public static final int TEMPORARY_PATH_LOCALLY = 1 << 30;

  /** Something is created, which is temporary if {@code search_path} leads there. */
  public static final int CREATES = 1 << 31;

  private static final int ENDS_SHIFT = 16;

  private static final String[] REASONS = {
    "SET of a setting that servers do not report",
    "SET ROLE",
    "SET SESSION AUTHORIZATION",
    "LISTEN",
    "PREPARE",
    "a cursor WITH HOLD",
    "a temporary table",
    "a session advisory lock",
    "LOAD",
    "a statement that may leave anything behind",
    "a search_path that may lead to pg_temp",
    "a replication origin, a replication slot, a backup or a connection of dblink",
    "SET of standard_conforming_strings or scram_iterations"
  };

  /** What ends each of these. */
  private static final String[] ENDS = {
    "RESET ALL or DISCARD ALL",
    "RESET ROLE or DISCARD ALL",
    "RESET SESSION AUTHORIZATION or DISCARD ALL",
    "UNLISTEN * or DISCARD ALL",
    "DEALLOCATE ALL or DISCARD ALL",
    "CLOSE ALL or DISCARD ALL",
    "DISCARD TEMP or DISCARD ALL",
    "pg_advisory_unlock_all() or DISCARD ALL",
    "it ends",
    "DISCARD ALL",
    "DISCARD ALL",
    "it ends",
    "RESET ALL or DISCARD ALL"
  };

  private Effects() {}

  /** The pins that a statement with these effects takes away. */
  public static int ended(int effects) {
    if ((effects & ENDS_ALL) != 0) {
      return PINS & ~LASTS;
    }
    int ended = effects >>> ENDS_SHIFT & 0xff;
    return (ended & SETTING) == 0 ? ended : ended | SETTING_KEPT;
  }

  /** A sentence for each of these, for the client. */
  public static List<String> notices(int pins) {
    List<String> notices = new ArrayList<>();
    for (int i = 0; i < REASONS.length; i++) {
      if ((pins & 1 << i) != 0) {
        notices.add(REASONS[i] + " keeps the server connection of this session until " + ENDS[i]);
      }
    }
    return notices;
  }

  /** What ties a session to its connection, for people. */
  public static List<String> reasons(int pins) {
    List<String> reasons = new ArrayList<>();
    for (int i = 0; i < REASONS.length; i++) {
      if ((pins & 1 << i) != 0) {
        reasons.add(REASONS[i]);
      }
    }
    return reasons;
  }
}
