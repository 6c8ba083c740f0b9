package dev.postern.api.message;

/** The client ends the connection; nothing answers it. */
public record Terminate() implements FrontendMessage {}
