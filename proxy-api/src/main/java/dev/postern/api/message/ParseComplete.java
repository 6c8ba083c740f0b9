package dev.postern.api.message;

/** Answers {@link Parse}. */
public record ParseComplete() implements BackendMessage {}
