package dev.postern.api.message;

import java.util.List;

/**
 * Answers a {@link Describe} of a prepared statement.
 *
 * @param parameterTypes object ids (unsigned) of all parameters' types
 */
public record ParameterDescription(List<Integer> parameterTypes) implements BackendMessage {
  public ParameterDescription {
    parameterTypes = List.copyOf(parameterTypes);
  }
}
