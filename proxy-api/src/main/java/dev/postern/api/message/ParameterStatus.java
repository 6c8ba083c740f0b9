package dev.postern.api.message;

/**
 * Tells a setting that clients want to know: at the start of a session, and at any moment when it
 * changed.
 *
 * @param name such as {@code client_encoding}
 * @param value its value now
 */
public record ParameterStatus(String name, String value) implements BackendMessage {}
