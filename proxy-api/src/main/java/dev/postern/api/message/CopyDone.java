package dev.postern.api.message;

/** The end of COPY data, from the side that sent it. */
public record CopyDone() implements FrontendMessage, BackendMessage {}
