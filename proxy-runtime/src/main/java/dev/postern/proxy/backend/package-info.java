/**
 * The server's leg until it relays: the connection with the TLS that the route demands, and
 * Postern's login there. Straight-line code on the session's virtual thread.
 */
@NullMarked
package dev.postern.proxy.backend;

import org.jspecify.annotations.NullMarked;
