package dev.postern.api.message;

/** Answers a {@link Describe} of what gives no rows. */
public record NoData() implements BackendMessage {}
