package dev.postern.api.message;

import java.util.List;

/**
 * The server waits for {@link CopyData} from the client.
 *
 * @param format of the data as a whole; in text, rows are lines
 * @param columnFormats one for each column
 */
public record CopyInResponse(Format format, List<Format> columnFormats) implements BackendMessage {
  public CopyInResponse {
    columnFormats = List.copyOf(columnFormats);
  }
}
