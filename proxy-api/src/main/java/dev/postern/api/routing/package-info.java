/**
 * Where a session goes. A {@link dev.postern.api.routing.Router} is asked once for each login,
 * after the client has proved who it is, on the session's virtual thread. It names the servers that
 * may serve the session, in the order in which Postern is to try them, and how to log in there.
 * Postern tells it what became of them, so that it can balance and pass over servers that do not
 * answer.
 */
@NullMarked
package dev.postern.api.routing;

import org.jspecify.annotations.NullMarked;
