package dev.postern.proxy.admin;

import dev.postern.api.Secret;
import dev.postern.proxy.user.UserSettings;
import org.jspecify.annotations.Nullable;

/**
 * A user to add. Either the password or a verifier is given; whoever made the record closes them.
 *
 * @param verifier in PostgreSQL's text form
 */
public record NewUser(
    String name, @Nullable Secret password, @Nullable Secret verifier, UserSettings settings) {}
