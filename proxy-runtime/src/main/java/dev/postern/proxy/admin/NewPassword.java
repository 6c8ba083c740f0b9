package dev.postern.proxy.admin;

import dev.postern.api.Secret;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What takes the place of a user's password. Either the password or a verifier is given; whoever
 * made the record closes them.
 *
 * @param verifier in PostgreSQL's text form
 * @param validFrom counts from this moment on; {@code null}: at once
 * @param validUntil counts no more from this moment on; {@code null}: never ends
 * @param overlap how long the current password counts beside it; {@code null}: not at all
 */
public record NewPassword(
    @Nullable Secret password,
    @Nullable Secret verifier,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    @Nullable Duration overlap) {}
