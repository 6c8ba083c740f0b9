package dev.postern.api.message;

import java.util.List;

/**
 * {@link CopyData} from the server follows.
 *
 * @param format of the data as a whole; in text, rows are lines
 * @param columnFormats one for each column
 */
public record CopyOutResponse(Format format, List<Format> columnFormats) implements BackendMessage {
  public CopyOutResponse {
    columnFormats = List.copyOf(columnFormats);
  }
}
