package dev.postern.api.message;

import java.util.List;

/**
 * {@link CopyData} flows both ways from here: streaming replication.
 *
 * @param format of the data as a whole; in text, rows are lines
 * @param columnFormats one for each column
 */
public record CopyBothResponse(Format format, List<Format> columnFormats)
    implements BackendMessage {
  public CopyBothResponse {
    columnFormats = List.copyOf(columnFormats);
  }
}
