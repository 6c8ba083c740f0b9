package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a portal of a prepared statement and the values of its parameters.
 *
 * @param portal its name; empty for the unnamed portal
 * @param statement the prepared statement's name; empty for the unnamed one
 * @param parameterFormats none: all are text; one: for all; else one for each value
 * @param parameters the values; {@code null} is NULL
 * @param resultFormats none: all are text; one: for all; else one for each column of the result
 */
public record Bind(
    String portal,
    String statement,
    List<Format> parameterFormats,
    List<@Nullable Bytes> parameters,
    List<Format> resultFormats)
    implements FrontendMessage {
  public Bind {
    parameterFormats = List.copyOf(parameterFormats);
    parameters = Values.copyOf(parameters);
    resultFormats = List.copyOf(resultFormats);
  }
}
