package dev.postern.api.intercept;

import dev.postern.api.Bytes;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import dev.postern.api.message.RowDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A statement that an interceptor answers in the server's place ({@link Interests#answer}). Asked
 * once for each execution, on the session's event loop: must not block. Immutable; may serve many
 * sessions.
 */
public final class AnsweredStatement {
  /** A column of its result. */
  public record Column(String name, ValueType type) {
    public static Column of(String name, ValueType type) {
      return new Column(name, type);
    }
  }

  private static final Bind NO_PARAMETERS = new Bind("", "", List.of(), List.of(), List.of());

  private final List<Column> columns;
  private final Function<Bind, List<List<@Nullable Object>>> rows;
  private final @Nullable String tag;

  private AnsweredStatement(
      List<Column> columns,
      Function<Bind, List<List<@Nullable Object>>> rows,
      @Nullable String tag) {
    this.columns = List.copyOf(columns);
    this.rows = rows;
    this.tag = tag;
  }

  /**
   * One that gives rows.
   *
   * @param rows makes the rows of one execution: a value for each column, of the class that its
   *     {@link ValueType} names; {@code null} is NULL. Is given the Bind of the extended protocol
   *     with the parameters' values; in the simple protocol one without any
   */
  public static AnsweredStatement rows(
      List<Column> columns, Function<Bind, List<List<@Nullable Object>>> rows) {
    return new AnsweredStatement(columns, rows, null);
  }

  /**
   * One that gives no rows.
   *
   * @param tag what the client is told, such as {@code SET} or {@code UPDATE 0}
   * @param effect what it does; is given what {@link #rows} is given. It happens as soon as the
   *     message has come, also where a message before it turns out to have failed and the server
   *     skips up to the next Sync: the client then does not get the answer
   */
  public static AnsweredStatement command(String tag, Consumer<Bind> effect) {
    return new AnsweredStatement(
        List.of(),
        bind -> {
          effect.accept(bind);
          return List.of();
        },
        tag);
  }

  /** Executes it as a Query: what the client gets. */
  public List<BackendMessage> answer() {
    List<List<@Nullable Object>> result = execute(NO_PARAMETERS);
    List<BackendMessage> messages = new ArrayList<>(result.size() + 2);
    if (givesRows()) {
      messages.add(description(List.of()));
    }
    result.forEach(row -> messages.add(row(row, List.of())));
    messages.add(complete(result.size()));
    return messages;
  }

  /** Its rows, or none. */
  List<List<@Nullable Object>> execute(Bind bind) {
    return rows.apply(bind);
  }

  int width() {
    return columns.size();
  }

  boolean givesRows() {
    return tag == null;
  }

  /**
   * The columns.
   *
   * @param formats as in {@link Bind}
   */
  RowDescription description(List<Format> formats) {
    List<FieldDescription> fields = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      ValueType type = columns.get(i).type();
      fields.add(
          new FieldDescription(
              columns.get(i).name(), 0, (short) 0, type.oid(), type.size(), -1, at(formats, i)));
    }
    return new RowDescription(fields);
  }

  /** One of its rows on the wire. */
  DataRow row(List<@Nullable Object> values, List<Format> formats) {
    if (values.size() != columns.size()) {
      throw new IllegalArgumentException(
          "a row of " + values.size() + " values (expected: " + columns.size() + ")");
    }
    List<@Nullable Bytes> encoded = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      encoded.add(value == null ? null : columns.get(i).type().encode(value, at(formats, i)));
    }
    return new DataRow(encoded);
  }

  private static Format at(List<Format> formats, int column) {
    return switch (formats.size()) {
      case 0 -> Format.TEXT;
      case 1 -> formats.getFirst();
      default -> formats.get(column);
    };
  }

  /**
   * How its execution ends.
   *
   * @param count of the rows that were given
   */
  CommandComplete complete(int count) {
    return new CommandComplete(tag == null ? "SELECT " + count : tag);
  }
}
