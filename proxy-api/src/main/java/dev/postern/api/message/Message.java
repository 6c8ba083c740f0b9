package dev.postern.api.message;

/** A message of the protocol, in either direction. */
public sealed interface Message permits FrontendMessage, BackendMessage {}
