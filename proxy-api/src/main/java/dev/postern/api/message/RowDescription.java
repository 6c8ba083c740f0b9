package dev.postern.api.message;

import java.util.List;

/**
 * Describes the rows that follow, or would.
 *
 * @param fields one for each column
 */
public record RowDescription(List<FieldDescription> fields) implements BackendMessage {
  public RowDescription {
    fields = List.copyOf(fields);
  }
}
