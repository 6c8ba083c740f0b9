/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677, RFC 5929), the way PostgreSQL speaks
 * them, as functions from a message to the next step. Nothing here knows a socket: {@link
 * dev.postern.proxy.scram.ScramServer} is driven by the frontend leg and proves a client against
 * verifiers, {@link dev.postern.proxy.scram.ScramClient} is driven by the backend leg and logs in
 * with keys, which come from the client's own proof or, by way of {@link
 * dev.postern.proxy.scram.SaltedPasswords}, from a password. The username inside SCRAM messages is
 * ignored in favour of the one in the StartupMessage, and passwords that SASLprep refuses are used
 * as they are, both as PostgreSQL does. Objects of one exchange are used by one thread; the others
 * are safe for use by many, and say so.
 */
@NullMarked
package dev.postern.proxy.scram;

import org.jspecify.annotations.NullMarked;
