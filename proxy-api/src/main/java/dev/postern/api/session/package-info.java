/**
 * What is known about a session, phase by phase: {@link dev.postern.api.session.ClientInfo} before
 * the login, then with a user a {@link dev.postern.api.routing.RoutingRequest}, then with a backend
 * a {@link dev.postern.api.session.SessionInfo}. Code that runs before authentication cannot ask
 * for the user, because what it is given does not have one.
 */
@NullMarked
package dev.postern.api.session;

import org.jspecify.annotations.NullMarked;
