package dev.postern.proxy.user;

import dev.postern.api.Secret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user as another system has it, not looked at yet.
 *
 * @param name the name there
 * @param secret what stands for the password there: a verifier, another hash, or the password
 *     itself. Whoever has the record closes it
 * @param validUntil the password counts no more from this moment on; {@code null}: never ends
 */
public record ForeignUser(String name, Secret secret, @Nullable Instant validUntil) {}
