package dev.postern.it;

import java.util.List;

/**
 * Queries whose answers are the same whoever asks: what comes through Postern must equal what comes
 * without it.
 */
final class Conversations {
  static final List<String> QUERIES =
      List.of(
          "SELECT 1",
          "SELECT NULL, '', 'text', 1.5, true, ARRAY[1,2], '{\"a\": 1}'::jsonb",
          "SELECT i, repeat('x', i) FROM generate_series(1, 300) i",
          "SELECT * FROM (VALUES (1, 'a'), (2, NULL)) v (id, name)",
          "",
          ";",
          "-- only a comment",
          "SELECT 1; SELECT 2",
          "SELECT 1/0",
          "SELEC 1",
          "SELECT 1; SELECT 1/0; SELECT 2",
          "SELECT no_such_column",
          "CREATE TEMP TABLE conversation (id int PRIMARY KEY, name text)",
          "INSERT INTO conversation VALUES (1, 'one'), (2, 'two')",
          "UPDATE conversation SET name = upper(name)",
          "SELECT id + 0, name || '' FROM conversation ORDER BY 1",
          "COPY conversation TO STDOUT",
          "DELETE FROM conversation RETURNING id + 0",
          "BEGIN",
          "SELECT 1",
          "SELECT 1/0",
          "SELECT 2",
          "ROLLBACK",
          "BEGIN; SAVEPOINT s; SELECT 1; ROLLBACK TO s; COMMIT",
          "COMMIT",
          "SET application_name = 'conversation'",
          "SET client_encoding = 'LATIN1'",
          "SELECT 'caf\u00e9'",
          "RESET ALL",
          "DO $$ BEGIN RAISE NOTICE 'a notice'; END $$",
          "DO $$ BEGIN RAISE EXCEPTION 'an exception' USING DETAIL = 'detail', HINT = 'hint'; END $$",
          "PREPARE prepared AS SELECT $1::int + 1",
          "EXECUTE prepared(41)",
          "DEALLOCATE prepared",
          "EXECUTE prepared(41)",
          "DECLARE cursor_1 CURSOR FOR SELECT 1",
          "BEGIN; DECLARE cursor_2 CURSOR FOR SELECT generate_series(1, 10); FETCH 3 FROM cursor_2; COMMIT",
          "LISTEN conversation; NOTIFY conversation_2; UNLISTEN *",
          "EXPLAIN (COSTS OFF) SELECT 1",
          "SHOW standard_conforming_strings",
          "DROP TABLE conversation");

  private Conversations() {}
}
