package dev.postern.proxy.admin;

import dev.postern.api.Secret;
import org.jspecify.annotations.Nullable;

/**
 * As whom a user's sessions log in to backends.
 *
 * @param route {@code null}: every route that has no mapping of its own
 * @param role the role on the server
 * @param password the role's; whoever made the record closes it
 */
public record NewMapping(
    String user, @Nullable String route, String role, @Nullable Secret password) {}
