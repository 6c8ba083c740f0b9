package dev.postern.api.message;

/** Answers {@link Bind}. */
public record BindComplete() implements BackendMessage {}
