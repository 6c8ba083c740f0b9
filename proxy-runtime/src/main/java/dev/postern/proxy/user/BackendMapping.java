package dev.postern.proxy.user;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * As whom a client's sessions log in to backends, without the password.
 *
 * @param user the name that the client proved
 * @param route the route for which it counts; {@code null}: every route that has no mapping of its
 *     own
 * @param role the role on the server
 * @param hasPassword whether a password is stored for it
 * @param changedAt when it was set
 */
public record BackendMapping(
    String user, @Nullable String route, String role, boolean hasPassword, Instant changedAt) {}
