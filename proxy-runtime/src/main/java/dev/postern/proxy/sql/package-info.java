/**
 * Texts of SQL, read as far as a pool has to know them: the words of their statements, and what
 * these do to the session of a server beyond its transaction. Nobody parses here, and no grammar is
 * known; what is not plain counts as the case in which more care is needed.
 *
 * <p>Knows no sessions, no messages and no buffers: bytes come in as arrays, and values or changed
 * texts go out. The mutable {@code Channels} belongs to one client and one thread; all else is
 * stateless, or used for one text.
 *
 * <p>Where to begin: {@code SqlWords} finds words, with the {@code Lexemes} that are none; {@code
 * StatementScan} makes {@code Effects} of them. {@code ListenScript} is what a text does to the
 * {@code Channels} of its client.
 */
@NullMarked
package dev.postern.proxy.sql;

import org.jspecify.annotations.NullMarked;
