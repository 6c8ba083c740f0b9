package dev.postern.api.message;

/** Answers {@link Close}. */
public record CloseComplete() implements BackendMessage {}
