package dev.postern.proxy.relay;

import org.jspecify.annotations.Nullable;

/**
 * Noted with a request that deallocates one statement.
 *
 * @param more what else there is to know of the request
 */
record Deallocated(Named named, @Nullable Object more) {}
