package dev.postern.api.message;

import dev.postern.api.SqlState;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A warning or a remark; can come at any moment and answers nothing.
 *
 * @param fields see {@link ErrorOrNotice#fields()}; {@code toString} shows severity and code only,
 *     since the text can quote data
 */
public record NoticeResponse(Map<Character, String> fields) implements ErrorOrNotice {
  public NoticeResponse {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** A warning. */
  public static NoticeResponse warning(SqlState sqlState, String message) {
    return of("WARNING", sqlState, message);
  }

  /** A remark. */
  public static NoticeResponse notice(SqlState sqlState, String message) {
    return of("NOTICE", sqlState, message);
  }

  private static NoticeResponse of(String severity, SqlState sqlState, String message) {
    Map<Character, String> fields = new LinkedHashMap<>();
    fields.put('S', severity);
    fields.put('V', severity);
    fields.put('C', sqlState.code());
    fields.put('M', message);
    return new NoticeResponse(fields);
  }

  @Override
  public String toString() {
    return "NoticeResponse[" + severity() + " " + sqlState() + "]";
  }
}
