package dev.postern.api.message;

/** Stands for {@link CommandComplete} where the query was empty. */
public record EmptyQueryResponse() implements BackendMessage {}
