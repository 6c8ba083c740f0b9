package dev.postern.api.message;

import dev.postern.api.SqlState;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A statement, or with severity {@code FATAL} or {@code PANIC} the session, has failed.
 *
 * @param fields see {@link ErrorOrNotice#fields()}; {@code toString} shows severity and code only,
 *     since the text can quote data
 */
public record ErrorResponse(Map<Character, String> fields) implements ErrorOrNotice {
  public ErrorResponse {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** An error that ends a statement, not the session. */
  public static ErrorResponse error(SqlState sqlState, String message) {
    return of("ERROR", sqlState, message);
  }

  /** An error that ends the session. */
  public static ErrorResponse fatal(SqlState sqlState, String message) {
    return of("FATAL", sqlState, message);
  }

  private static ErrorResponse of(String severity, SqlState sqlState, String message) {
    Map<Character, String> fields = new LinkedHashMap<>();
    fields.put('S', severity);
    fields.put('V', severity);
    fields.put('C', sqlState.code());
    fields.put('M', message);
    return new ErrorResponse(fields);
  }

  @Override
  public String toString() {
    return "ErrorResponse[" + severity() + " " + sqlState() + "]";
  }
}
