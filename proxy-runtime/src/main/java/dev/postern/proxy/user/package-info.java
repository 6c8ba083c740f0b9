/**
 * The user store: one H2 file in the data directory, its schema by Flyway, its rows by jdbi.
 *
 * <p>It holds verifiers and never passwords; the only secrets that can be read back are the backend
 * passwords of {@link dev.postern.proxy.user.UserStore#backendCredential mappings}, sealed with a
 * key that lies in another file. Logins read users through a small cache that every change
 * invalidates before it returns, so that the next login sees it. Whatever goes wrong on the way to
 * a user is a {@link dev.postern.api.user.UserDirectoryException}, never an absent user.
 *
 * <p>One process has the file open at a time, and within it one thread: H2 closes a whole database
 * when a thread that happens to read its file is interrupted, and interrupting is how a login's
 * deadline is enforced.
 */
@NullMarked
package dev.postern.proxy.user;

import org.jspecify.annotations.NullMarked;
