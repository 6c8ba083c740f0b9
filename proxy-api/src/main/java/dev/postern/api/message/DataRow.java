package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a result.
 *
 * @param columns the values, in the formats that {@link RowDescription} or {@link Bind} gave;
 *     {@code null} is NULL
 */
public record DataRow(List<@Nullable Bytes> columns) implements BackendMessage {
  public DataRow {
    columns = Values.copyOf(columns);
  }
}
