package dev.postern.plugins.mask;

import java.util.Set;

/** What comes with every server, and shows values of tables that it does not name. */
final class UnsafeObjects {
  /** They run a query, read a table or a file that is named by a text, or show other sessions. */
  static final Set<String> FUNCTIONS =
      Set.of(
          "query_to_xml",
          "query_to_xmlschema",
          "query_to_xml_and_xmlschema",
          "cursor_to_xml",
          "cursor_to_xmlschema",
          "table_to_xml",
          "table_to_xmlschema",
          "table_to_xml_and_xmlschema",
          "schema_to_xml",
          "schema_to_xmlschema",
          "schema_to_xml_and_xmlschema",
          "database_to_xml",
          "database_to_xmlschema",
          "database_to_xml_and_xmlschema",
          "ts_stat",
          "ts_rewrite",
          "pg_read_file",
          "pg_read_file_old",
          "pg_read_binary_file",
          "pg_logical_slot_get_changes",
          "pg_logical_slot_get_binary_changes",
          "pg_logical_slot_peek_changes",
          "pg_logical_slot_peek_binary_changes",
          "pg_mcv_list_items",
          "pg_stat_get_activity",
          "pg_stat_get_backend_activity");

  /** In schema pg_catalog: the planner's samples of values, and what other sessions run. */
  static final Set<String> RELATIONS =
      Set.of(
          "pg_statistic",
          "pg_stats",
          "pg_statistic_ext_data",
          "pg_stats_ext",
          "pg_stats_ext_exprs",
          "pg_stat_activity");

  /** How the schema and the tables begin in which the server keeps long values of others. */
  static final String TOAST = "pg_toast";

  private UnsafeObjects() {}
}
