/**
 * The client's leg until it relays: encryption, StartupMessage or CancelRequest, and the login.
 * Straight-line code on the session's virtual thread, in the order of the protocol chapter.
 */
@NullMarked
package dev.postern.proxy.frontend;

import org.jspecify.annotations.NullMarked;
