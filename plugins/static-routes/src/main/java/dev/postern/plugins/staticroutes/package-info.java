/**
 * Router that follows a list in the configuration: the first route that matches database, user,
 * server name and application name wins, and names the backends between which new sessions are
 * spread. A backend that does not answer is passed over for a time that grows, then one session
 * tries it again; what is known of a backend is shared by all routes that name it. All state is
 * touched once or twice per login, never per message, so it is kept under small locks.
 */
@NullMarked
package dev.postern.plugins.staticroutes;

import org.jspecify.annotations.NullMarked;
