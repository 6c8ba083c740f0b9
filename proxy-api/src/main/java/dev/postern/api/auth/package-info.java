/**
 * Who gets in. An {@link dev.postern.api.auth.Authenticator} is asked once for each login, on the
 * session's virtual thread, and may block until the login's deadline, which is enforced by
 * interrupting the thread and closing the connection. It either returns an {@link
 * dev.postern.api.auth.AuthenticatedUser} or throws; whatever else it throws refuses the login too.
 * The client's answers, whether the user exists or not, must not be distinguishable: use {@link
 * dev.postern.api.auth.AuthenticationException#invalidPassword} for both.
 */
@NullMarked
package dev.postern.api.auth;

import org.jspecify.annotations.NullMarked;
