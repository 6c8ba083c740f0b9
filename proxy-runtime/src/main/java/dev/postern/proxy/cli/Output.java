package dev.postern.proxy.cli;

import dev.postern.proxy.admin.RecordJson;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a command shows: a sentence, a table or facts for people, or one JSON value for programs.
 *
 * @param json for programs
 */
record Output(PrintWriter out, boolean json) {

  /** How a row becomes cells, in the order of the columns. */
  static final class Columns<T> {
    private final Map<String, Function<T, @Nullable Object>> cells = new LinkedHashMap<>();

    Columns<T> add(String title, Function<T, @Nullable Object> cell) {
      cells.put(title, cell);
      return this;
    }

    List<String> titles() {
      return List.copyOf(cells.keySet());
    }

    List<String> cells(T row) {
      return cells.values().stream().map(cell -> shown(cell.apply(row))).toList();
    }
  }

  /** The record for programs, the sentence for people. */
  void done(Record result, String sentence) {
    out.println(json ? RecordJson.pretty(result) : Shown.printable(sentence));
  }

  <T extends Record> void table(List<T> rows, Columns<T> columns) {
    if (json) {
      out.println(RecordJson.pretty(rows));
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns.titles());
    rows.forEach(row -> lines.add(columns.cells(row)));
    List<Integer> widths = new ArrayList<>(Collections.nCopies(columns.titles().size(), 0));
    for (List<String> line : lines) {
      for (int i = 0; i < line.size(); i++) {
        widths.set(i, Math.max(widths.get(i), line.get(i).length()));
      }
    }
    lines.forEach(line -> out.println(padded(line, widths)));
  }

  private static String padded(List<String> cells, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(cells.get(i)).repeat(' ', widths.get(i) - cells.get(i).length() + 2);
    }
    return line.toString().stripTrailing();
  }

  <T extends Record> void facts(T subject, Columns<T> columns) {
    if (json) {
      out.println(RecordJson.pretty(subject));
      return;
    }
    List<String> titles = columns.titles();
    List<String> cells = columns.cells(subject);
    int width = titles.stream().mapToInt(String::length).max().orElse(0);
    for (int i = 0; i < titles.size(); i++) {
      out.println(titles.get(i) + " ".repeat(width - titles.get(i).length() + 2) + cells.get(i));
    }
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "-";
      case Boolean flag -> flag ? "yes" : "no";
      case Instant time -> Times.shown(time);
      case Collection<?> values when values.isEmpty() -> "-";
      case Collection<?> values ->
          Shown.printable(String.join(", ", values.stream().map(String::valueOf).toList()));
      default -> Shown.printable(value.toString());
    };
  }
}
