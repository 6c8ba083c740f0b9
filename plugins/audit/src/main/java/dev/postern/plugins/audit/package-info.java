/**
 * Interceptor that keeps a log of logins, statements and the sizes of results in which nothing can
 * be changed, left out or put elsewhere unseen: each record names the hash of the one before it,
 * over all files. On the event loop a session only keeps the order of what was asked and hands
 * entries to a bounded queue; one thread makes records of them, redacts, hashes and writes. What
 * cannot be recorded is refused, unless the configuration says otherwise. The format is told in the
 * plugin's README; {@code postern audit verify} reads it and shares no code with this.
 */
@NullMarked
package dev.postern.plugins.audit;

import org.jspecify.annotations.NullMarked;
