package dev.postern.api.message;

import dev.postern.api.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a SASL mechanism and begins.
 *
 * @param mechanism one of those that {@link AuthenticationSASL} named
 * @param data the first message of the mechanism, or {@code null} where it has none
 */
public record SASLInitialResponse(String mechanism, @Nullable Bytes data)
    implements AuthenticationResponse {}
