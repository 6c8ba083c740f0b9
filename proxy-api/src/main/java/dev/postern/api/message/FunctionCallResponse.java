package dev.postern.api.message;

import dev.postern.api.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@link FunctionCall}.
 *
 * @param value what the function gave; {@code null} is NULL
 */
public record FunctionCallResponse(@Nullable Bytes value) implements BackendMessage {}
