package dev.postern.plugins.mask;

import dev.postern.api.Bytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a {@link Snapshot}, in one transaction. Everything is asked of {@code pg_catalog}, which
 * every role may read; nothing of a client's comes near these statements.
 */
final class CatalogReader {
  /** Beneath it is what came with the server (FirstNormalObjectId in access/transam.h). */
  private static final int FIRST_NORMAL_OID = 16384;

  private final Connection connection;
  private final List<ColumnConfig> configured;

  CatalogReader(Connection connection, List<ColumnConfig> configured) {
    this.connection = connection;
    this.configured = configured;
  }

  Snapshot read() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      try {
        statement.execute(
            "SELECT pg_catalog.set_config('search_path', 'pg_catalog', true),"
                + " pg_catalog.set_config('quote_all_identifiers', 'off', true)");
        return snapshot();
      } finally {
        statement.execute("ROLLBACK");
      }
    }
  }

  private Snapshot snapshot() throws SQLException {
    Map<Integer, Snapshot.Relation> relations = relations();
    Map<Integer, List<Integer>> children = children();
    Map<Integer, List<Snapshot.Column>> columns = columns(tables(relations, children));
    return new Snapshot(
        relations,
        children,
        reads(),
        calls(),
        functions(),
        volatileFunctions(),
        columns,
        fixedValues(relations, columns));
  }

  private Map<Integer, Snapshot.Relation> relations() throws SQLException {
    Map<Integer, Snapshot.Relation> relations = new HashMap<>();
    query(
        """
        SELECT c.oid, n.nspname, c.relname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 't')
        """,
        row -> {
          long oid = row.getLong(1);
          QualifiedName name = new QualifiedName(row.getString(2), row.getString(3));
          boolean system = oid < FIRST_NORMAL_OID;
          relations.put((int) oid, new Snapshot.Relation((int) oid, name, system));
        });
    return relations;
  }

  private Map<Integer, List<Integer>> children() throws SQLException {
    Map<Integer, List<Integer>> children = new HashMap<>();
    query(
        "SELECT inhparent, inhrelid FROM pg_inherits",
        row ->
            children
                .computeIfAbsent((int) row.getLong(1), _ -> new ArrayList<>())
                .add((int) row.getLong(2)));
    return children;
  }

  /** What came with the server is not in pg_depend. */
  private Map<Integer, Set<Integer>> reads() throws SQLException {
    Map<Integer, Set<Integer>> reads = new HashMap<>();
    query(
        """
        SELECT DISTINCT r.ev_class, d.refobjid
        FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid <> r.ev_class
        """,
        row ->
            reads
                .computeIfAbsent((int) row.getLong(1), _ -> new HashSet<>())
                .add((int) row.getLong(2)));
    return reads;
  }

  private Map<Integer, Set<QualifiedName>> calls() throws SQLException {
    Map<Integer, Set<QualifiedName>> calls = new HashMap<>();
    query(
        """
        SELECT DISTINCT r.ev_class, n.nspname, p.proname
        FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid
          JOIN pg_proc p ON p.oid = d.refobjid JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass
          AND r.ev_class >= 16384
        """,
        row ->
            calls
                .computeIfAbsent((int) row.getLong(1), _ -> new HashSet<>())
                .add(new QualifiedName(row.getString(2), row.getString(3))));
    String functions = String.join("', '", UnsafeObjects.FUNCTIONS);
    String relations = String.join("', '", UnsafeObjects.RELATIONS);
    query(
        """
        SELECT r.ev_class
        FROM pg_rewrite r
        WHERE r.ev_class >= 16384 AND r.ev_action::text ~ (
          SELECT ':(funcid|relid) (0' || coalesce(string_agg('|' || oid, ''), '') || ') '
          FROM (SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
                  AND proname IN ('%s')
                UNION ALL
                SELECT oid FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
                  AND relname IN ('%s')) unsafe)
        """
            .formatted(functions, relations),
        row ->
            calls.computeIfAbsent((int) row.getLong(1), _ -> new HashSet<>()).add(Snapshot.UNSAFE));
    return calls;
  }

  private List<QualifiedName> functions() throws SQLException {
    List<QualifiedName> functions = new ArrayList<>();
    query(
        """
        SELECT DISTINCT n.nspname, p.proname
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid >= 16384
        """,
        row -> functions.add(new QualifiedName(row.getString(1), row.getString(2))));
    return functions;
  }

  private Set<String> volatileFunctions() throws SQLException {
    Set<String> names = new HashSet<>();
    query(
        "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' AND oid < 16384",
        row -> names.add(Lexer.name(row.getString(1))));
    return names;
  }

  /** Those that policies name, what inherits from them, and what these inherit from. */
  private Set<Integer> tables(
      Map<Integer, Snapshot.Relation> relations, Map<Integer, List<Integer>> children) {
    Set<Integer> tables = new LinkedHashSet<>();
    Deque<Integer> ahead = new ArrayDeque<>();
    for (Snapshot.Relation relation : relations.values()) {
      if (configured.stream().anyMatch(each -> each.qualifiedTable().equals(relation.name()))) {
        ahead.add(relation.oid());
      }
    }
    while (!ahead.isEmpty()) {
      int table = ahead.remove();
      if (tables.add(table)) {
        ahead.addAll(children.getOrDefault(table, List.of()));
      }
    }
    boolean more = !tables.isEmpty();
    while (more) {
      more = false;
      for (Map.Entry<Integer, List<Integer>> parent : children.entrySet()) {
        more |= !Collections.disjoint(parent.getValue(), tables) && tables.add(parent.getKey());
      }
    }
    return tables;
  }

  private Map<Integer, List<Snapshot.Column>> columns(Collection<Integer> tables)
      throws SQLException {
    Map<Integer, List<Snapshot.Column>> columns = new HashMap<>();
    for (int table : tables) {
      String oid = Integer.toUnsignedString(table);
      Map<Short, Set<Short>> generated = generated(oid);
      List<Snapshot.Column> found = new ArrayList<>();
      query(
          """
          WITH RECURSIVE base(number, type) AS (
            SELECT attnum, atttypid FROM pg_attribute
            WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT number, typbasetype FROM base JOIN pg_type ON pg_type.oid = base.type
            WHERE typtype = 'd')
          SELECT a.attnum, a.attname, t.oid, t.typsend::oid IN (
              SELECT oid FROM pg_proc
              WHERE proname IN ('textsend', 'varcharsend', 'bpcharsend', 'citextsend')),
            format_type(a.atttypid, a.atttypmod), t.typsend
          FROM pg_attribute a JOIN base ON base.number = a.attnum
            JOIN pg_type t ON t.oid = base.type
          WHERE a.attrelid = %s AND t.typtype <> 'd'
          """
              .formatted(oid, oid),
          row -> {
            short number = row.getShort(1);
            found.add(
                new Snapshot.Column(
                    number,
                    row.getString(2),
                    (int) row.getLong(3),
                    row.getBoolean(4),
                    row.getString(5),
                    row.getString(6),
                    generated.getOrDefault(number, Set.of())));
          });
      columns.put(table, List.copyOf(found));
    }
    return columns;
  }

  private Map<Short, Set<Short>> generated(String table) throws SQLException {
    Map<Short, Set<Short>> generated = new HashMap<>();
    query(
        """
        SELECT d.adnum, p.refobjsubid
        FROM pg_attrdef d JOIN pg_depend p ON p.objid = d.oid
        WHERE d.adrelid = %s AND p.classid = 'pg_attrdef'::regclass
          AND p.refclassid = 'pg_class'::regclass AND p.refobjid = d.adrelid
          AND p.refobjsubid > 0 AND p.refobjsubid <> d.adnum
        """
            .formatted(table),
        row ->
            generated.computeIfAbsent(row.getShort(1), _ -> new HashSet<>()).add(row.getShort(2)));
    return generated;
  }

  /** The server itself says what a text is as a value of the column's type, in both formats. */
  private Map<ColumnConfig, Snapshot.FixedValue> fixedValues(
      Map<Integer, Snapshot.Relation> relations, Map<Integer, List<Snapshot.Column>> columns)
      throws SQLException {
    Map<ColumnConfig, Snapshot.FixedValue> values = new HashMap<>();
    for (ColumnConfig each : configured) {
      for (Map.Entry<Integer, List<Snapshot.Column>> table : columns.entrySet()) {
        Snapshot.Relation relation = relations.get(table.getKey());
        if (each.value() == null
            || relation == null
            || !relation.name().equals(each.qualifiedTable())) {
          continue;
        }
        for (Snapshot.Column column : table.getValue()) {
          if (column.name().equals(each.column())) {
            values.put(each, fixedValue(each.value(), column));
          }
        }
      }
    }
    return values;
  }

  private Snapshot.FixedValue fixedValue(String value, Snapshot.Column column) throws SQLException {
    String typed = "CAST(CAST(? AS text) AS " + column.type() + ")";
    boolean binary = !column.send().equals("-");
    String sql =
        "SELECT convert_to(CAST("
            + typed
            + " AS text), 'UTF8')"
            + (binary ? ", " + column.send() + "(" + typed + ")" : ", NULL::bytea");
    try (Statement savepoint = connection.createStatement();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      savepoint.execute("SAVEPOINT value");
      statement.setString(1, value);
      if (binary) {
        statement.setString(2, value);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        byte[] asBinary = row.getBytes(2);
        return new Snapshot.FixedValue(
            Bytes.wrap(row.getBytes(1)), asBinary == null ? null : Bytes.wrap(asBinary), null);
      } catch (SQLException e) {
        savepoint.execute("ROLLBACK TO value");
        if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
          throw e;
        }
        return new Snapshot.FixedValue(
            null, null, "the value is none of type " + column.type() + ", says the server");
      }
    }
  }

  @FunctionalInterface
  private interface RowHandler {
    void row(ResultSet row) throws SQLException;
  }

  private void query(String sql, RowHandler handler) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        handler.row(rows);
      }
    }
  }
}
