package dev.postern.api.message;

/** {@link Execute} reached its limit of rows; another Execute goes on. */
public record PortalSuspended() implements BackendMessage {}
