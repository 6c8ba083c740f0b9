package dev.postern.api.message;

/**
 * Ends a pipeline of the extended protocol; answered by {@link ReadyForQuery}, after an error too.
 */
public record Sync() implements FrontendMessage {}
