package dev.postern.api.message;

/** Asks the server to send what it has so far, without ending the pipeline as {@link Sync} does. */
public record Flush() implements FrontendMessage {}
