package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function by its object id: a legacy of the protocol that libpq's large objects use.
 *
 * @param functionOid the function's object id (unsigned)
 * @param argumentFormats none: all are text; one: for all; else one for each argument
 * @param arguments the values; {@code null} is NULL
 * @param resultFormat how to send the result
 */
public record FunctionCall(
    int functionOid,
    List<Format> argumentFormats,
    List<@Nullable Bytes> arguments,
    Format resultFormat)
    implements FrontendMessage {
  public FunctionCall {
    argumentFormats = List.copyOf(argumentFormats);
    arguments = Values.copyOf(arguments);
  }
}
