package dev.postern.api.message;

/**
 * Runs a portal.
 *
 * @param portal its name; empty for the unnamed portal
 * @param maxRows after how many rows to stop with {@link PortalSuspended}; 0 or less: never
 */
public record Execute(String portal, int maxRows) implements FrontendMessage {}
