/**
 * Forwarding between the two legs of a session, on one event loop: what one leg reads the other
 * writes, flushed once for each burst of reads.
 *
 * <p>Everything here runs on the session's event loop; fields are plain and nothing is locked. A
 * leg that cannot be written stops reads on the other, so that memory stays bounded however slow a
 * peer is. A direction in which no interceptor declared an interest is not even cut into messages;
 * in the other case only the declared types are decoded.
 *
 * <p>Where to begin: {@code Relay} is a session's forwarding, {@code Leg} and {@code Side} one end
 * of it, and {@code Flow} one direction. {@code DedicatedRelay} has a server connection of its own.
 * {@code PooledRelay} borrows one in {@code Lease}: {@code Requests} walks what the client sends
 * and notes in {@code Outstanding} what has to be answered, {@code Replies} walks the answers, and
 * {@code Pins} knows why the connection cannot go back. {@code NamedRequests} and {@code
 * BackendStatements} keep prepared statements apart, and {@code Listening} is LISTEN without a
 * connection of the client's own. What the texts of statements mean is read in {@link
 * dev.postern.proxy.sql}.
 */
@NullMarked
package dev.postern.proxy.relay;

import org.jspecify.annotations.NullMarked;
