package dev.postern.plugins.mask;

import dev.postern.plugins.mask.Rules.ColumnRule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds out what the names in policies mean on a database. */
final class RulesMaker {
  private final Snapshot snapshot;
  private final Set<QualifiedName> trustedFunctions;
  private final Set<QualifiedName> trustedRelations;
  private final Function<ColumnConfig, @Nullable ValueMask> masks;
  private final Map<Integer, Map<Short, ColumnRule>> tables = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  RulesMaker(
      Snapshot snapshot,
      Set<QualifiedName> trustedFunctions,
      Set<QualifiedName> trustedRelations,
      Function<ColumnConfig, @Nullable ValueMask> masks) {
    this.snapshot = snapshot;
    this.trustedFunctions = trustedFunctions;
    this.trustedRelations = trustedRelations;
    this.masks = masks;
  }

  Rules make(List<ColumnConfig> columns) {
    columns.forEach(this::column);
    tables.forEach(this::refuseGenerated);
    parents();
    Set<Integer> reaching = reaching();
    Set<String> functions = new HashSet<>();
    for (QualifiedName function : snapshot.functions()) {
      if (!trustedFunctions.contains(function)) {
        functions.add(Lexer.name(function.name()));
      }
    }
    functions.addAll(UnsafeObjects.FUNCTIONS);
    Set<String> reachingNames = new HashSet<>();
    for (int oid : reaching) {
      Snapshot.Relation relation = snapshot.relations().get(oid);
      // Texts with a name of TOAST are refused as they are.
      if (relation != null && !relation.name().name().startsWith(UnsafeObjects.TOAST)) {
        reachingNames.add(Lexer.name(relation.name().name()));
      }
    }
    Set<String> trusted = new HashSet<>();
    for (QualifiedName function : trustedFunctions) {
      trusted.add(Lexer.name(function.name()));
    }
    Vocabulary vocabulary =
        new Vocabulary(names(), reachingNames, functions, snapshot.volatileFunctions(), trusted);
    return new Rules(
        snapshot, Map.copyOf(tables), Set.copyOf(reaching), vocabulary, List.copyOf(problems));
  }

  /** A column of a table, and those of the same name in what inherits from it. */
  private void column(ColumnConfig config) {
    boolean found = false;
    for (Snapshot.Relation relation : snapshot.relations().values()) {
      if (relation.name().equals(config.qualifiedTable())) {
        found = true;
        mask(relation.oid(), config, true);
      }
    }
    if (!found) {
      problems.add("there is no table " + config.table());
    }
  }

  private void mask(int table, ColumnConfig config, boolean named) {
    Map<Short, ColumnRule> rules = tables.computeIfAbsent(table, _ -> new HashMap<>());
    Snapshot.Column column = null;
    for (Snapshot.Column each : snapshot.columns().getOrDefault(table, List.of())) {
      if (each.name().equals(config.column())) {
        column = each;
      }
    }
    if (column != null) {
      rules.putIfAbsent(column.number(), rule(config, column));
    } else if (named) {
      problems.add("table " + config.table() + " has no column " + config.column());
    }
    for (int child : snapshot.children().getOrDefault(table, List.of())) {
      mask(child, config, false);
    }
  }

  private ColumnRule rule(ColumnConfig config, Snapshot.Column column) {
    return switch (config.with()) {
      case NULLED -> new ColumnRule(new ValueMask.Nulled(), 0);
      case FIXED -> new ColumnRule(fixed(config), column.typeOid());
      case PARTIAL, HASHED, TRUNCATED -> {
        if (!column.text()) {
          problems.add(
              where(config)
                  + " is of type "
                  + column.type()
                  + " (expected: a text, or nulled or fixed)");
        }
        yield new ColumnRule(masks.apply(config), column.typeOid());
      }
    };
  }

  private @Nullable ValueMask fixed(ColumnConfig config) {
    Snapshot.FixedValue value = snapshot.fixedValues().get(config);
    if (value == null || value.text() == null) {
      problems.add(where(config) + ": " + (value == null ? "no value" : value.problem()));
      return null;
    }
    return new ValueMask.Fixed(value.text(), value.binary());
  }

  private static String where(ColumnConfig config) {
    return config.table() + "." + config.column();
  }

  /** What the server computes from a masked column, unless a policy says what becomes of it. */
  private void refuseGenerated(int table, Map<Short, ColumnRule> rules) {
    Set<Short> masked = Set.copyOf(rules.keySet());
    for (Snapshot.Column column : snapshot.columns().getOrDefault(table, List.of())) {
      if (column.generatedFrom().stream().anyMatch(masked::contains)) {
        rules.putIfAbsent(column.number(), new ColumnRule(null, 0));
      }
    }
  }

  /**
   * A row of a table is one of each table that it inherits from. What a policy says of a parent
   * itself counts there.
   */
  private void parents() {
    Map<Integer, List<Integer>> parents = new HashMap<>();
    snapshot
        .children()
        .forEach(
            (parent, children) ->
                children.forEach(
                    child -> parents.computeIfAbsent(child, _ -> new ArrayList<>()).add(parent)));
    Deque<Integer> ahead = new ArrayDeque<>(tables.keySet());
    while (!ahead.isEmpty()) {
      int child = ahead.remove();
      for (int parent : parents.getOrDefault(child, List.of())) {
        if (maskAsIn(child, parent)) {
          ahead.add(parent);
        }
      }
    }
  }

  /** Whether the parent has more masked columns now. */
  private boolean maskAsIn(int child, int parent) {
    Map<Short, ColumnRule> ofChild = tables.getOrDefault(child, Map.of());
    Map<String, ColumnRule> byName = new HashMap<>();
    for (Snapshot.Column column : snapshot.columns().getOrDefault(child, List.of())) {
      ColumnRule rule = ofChild.get(column.number());
      if (rule != null) {
        byName.put(column.name(), rule);
      }
    }
    Map<Short, ColumnRule> rules = new HashMap<>(tables.getOrDefault(parent, Map.of()));
    int before = rules.size();
    for (Snapshot.Column column : snapshot.columns().getOrDefault(parent, List.of())) {
      ColumnRule rule = byName.get(column.name());
      if (rule != null) {
        rules.putIfAbsent(column.number(), rule);
      }
    }
    if (rules.size() == before) {
      return false;
    }
    refuseGenerated(parent, rules);
    tables.put(parent, rules);
    return true;
  }

  /** Views and the like that read masked tables, or may, at whatever remove. */
  private Set<Integer> reaching() {
    Map<Integer, Set<Integer>> readers = new HashMap<>();
    snapshot
        .reads()
        .forEach(
            (reader, sources) ->
                sources.forEach(
                    source -> readers.computeIfAbsent(source, _ -> new HashSet<>()).add(reader)));
    Deque<Integer> ahead = new ArrayDeque<>(tables.keySet());
    Set<Integer> reaching = new HashSet<>();
    snapshot
        .calls()
        .forEach(
            (caller, functions) -> {
              if (!trustedFunctions.containsAll(functions)) {
                add(caller, reaching, ahead);
              }
            });
    for (Snapshot.Relation relation : snapshot.relations().values()) {
      boolean unsafe =
          relation.system() && UnsafeObjects.RELATIONS.contains(relation.name().name());
      if (unsafe || relation.name().name().startsWith(UnsafeObjects.TOAST)) {
        add(relation.oid(), reaching, ahead);
      }
    }
    while (!ahead.isEmpty()) {
      for (int reader : readers.getOrDefault(ahead.remove(), Set.of())) {
        add(reader, reaching, ahead);
      }
    }
    return reaching;
  }

  private void add(int oid, Set<Integer> reaching, Deque<Integer> ahead) {
    Snapshot.Relation relation = snapshot.relations().get(oid);
    if (relation != null
        && !tables.containsKey(oid)
        && !trustedRelations.contains(relation.name())
        && reaching.add(oid)) {
      ahead.add(oid);
    }
  }

  private Map<String, Vocabulary.Columns> names() {
    Map<String, Vocabulary.Columns> names = new HashMap<>();
    tables.forEach(
        (oid, rules) -> {
          Snapshot.Relation relation = snapshot.relations().get(oid);
          if (relation != null) {
            Vocabulary.Columns columns =
                names.computeIfAbsent(
                    Lexer.name(relation.name().name()),
                    _ -> new Vocabulary.Columns(new HashSet<>(), new HashSet<>(), new HashSet<>()));
            for (Snapshot.Column column : snapshot.columns().getOrDefault(oid, List.of())) {
              ColumnRule rule = rules.get(column.number());
              String name = Lexer.name(column.name());
              (rule != null ? columns.masked() : columns.others()).add(name);
              if (rule != null && rule.mask() == null) {
                columns.unmaskable().add(name);
              }
            }
          }
        });
    return names;
  }
}
