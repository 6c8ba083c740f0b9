/**
 * Forwarding between the two legs of a session, on one event loop: what one leg reads the other
 * writes, flushed once for each burst of reads.
 *
 * <p>Everything here runs on the session's event loop; fields are plain and nothing is locked. A
 * leg that cannot be written stops reads on the other, so that memory stays bounded however slow a
 * peer is. A direction in which no interceptor declared an interest is not even cut into messages;
 * in the other case only the declared types are decoded.
 */
@NullMarked
package dev.postern.proxy.relay;

import org.jspecify.annotations.NullMarked;
