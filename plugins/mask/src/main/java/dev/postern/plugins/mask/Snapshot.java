package dev.postern.plugins.mask;

import dev.postern.api.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a database's catalog said at one moment. Object ids are unsigned numbers in an {@code int}.
 *
 * @param relations all of them
 * @param children of tables, by inheritance or as partitions
 * @param reads for each relation with rules, views above all, what these read
 * @param calls for each relation with rules, the functions they call that did not come with the
 *     server; for what they use of {@link UnsafeObjects}, {@link #UNSAFE}
 * @param functions that did not come with the server
 * @param volatileFunctions names of those that did, and have effects
 * @param columns of the tables that policies name, their children, and all parents of these
 * @param fixedValues what policies put in the place of values, by column
 */
record Snapshot(
    Map<Integer, Relation> relations,
    Map<Integer, List<Integer>> children,
    Map<Integer, Set<Integer>> reads,
    Map<Integer, Set<QualifiedName>> calls,
    List<QualifiedName> functions,
    Set<String> volatileFunctions,
    Map<Integer, List<Column>> columns,
    Map<ColumnConfig, FixedValue> fixedValues) {

  /** Stands for whatever rules use of {@link UnsafeObjects}. */
  static final QualifiedName UNSAFE = new QualifiedName("pg_catalog", "");

  /**
   * A table, view or the like.
   *
   * @param system whether it came with the server
   */
  record Relation(int oid, QualifiedName name, boolean system) {}

  /**
   * A column.
   *
   * @param typeOid of its type, of a domain's base type
   * @param text whether that is text: its values are the same bytes in both formats
   * @param type as SQL writes it
   * @param send the function that gives its values in binary format, or {@code -}
   * @param generatedFrom numbers of the columns that it is computed from
   */
  record Column(
      short number,
      String name,
      int typeOid,
      boolean text,
      String type,
      String send,
      Set<Short> generatedFrom) {}

  /**
   * A value of a column's type.
   *
   * @param problem why it is none; then the others are {@code null}
   * @param binary {@code null} where the type has no binary format
   */
  record FixedValue(@Nullable Bytes text, @Nullable Bytes binary, @Nullable String problem) {}
}
