package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.pool.Statement;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Errors of servers about statements that have other names there. */
final class ClientsWords {
  /** A Parse of a statement that the server may know already; a Close was sent before it. */
  record Again(Named named) {}

  /** A Parse with a name that the client has given to a statement already. */
  record Taken(Named named) {}

  /** Behind the name of a statement whose parameters or columns have changed. */
  static final String STALE = "_stale";

  private ClientsWords() {}

  /** An error with the name that the client gave to a statement, or {@code null} as it is. */
  static @Nullable ErrorResponse of(ErrorResponse error, @Nullable Object what) {
    Object meant =
        switch (what) {
          case Taken(Named taken) -> taken;
          case Again(Named again) -> again;
          case Deallocated(Named deallocated, Object more) -> deallocated;
          case null -> null;
          default -> what;
        };
    if (!(meant instanceof Named named)) {
      return null;
    }
    Statement statement = named.statement();
    if (statement.isStale() && error.message().contains(STALE)) {
      Map<Character, String> fields = new LinkedHashMap<>(error.fields());
      fields.put('C', SqlState.FEATURE_NOT_SUPPORTED.code());
      fields.put('M', "cached plan must not change result type");
      fields.put('R', "RevalidateCachedQuery"); // by which drivers know that they may try again
      return new ErrorResponse(fields);
    }
    String ours = new String(statement.name(), StandardCharsets.US_ASCII);
    if (!error.message().contains(ours)) {
      return null;
    }
    Map<Character, String> fields = new LinkedHashMap<>(error.fields());
    fields.put('M', error.message().replace(ours, readable(named.name())));
    return new ErrorResponse(fields);
  }

  private static String readable(String name) {
    return new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
