/**
 * Server connections that outlive the sessions which use them. A {@link
 * dev.postern.proxy.pool.Pool} holds connections that are alike and counts them over all event
 * loops; each event loop has a {@link dev.postern.proxy.pool.Share} of it, so that taking a
 * connection and giving it back costs no lock and no change of threads. A loop that has none left
 * borrows one from another loop, which is slower and right.
 *
 * <p>{@link dev.postern.proxy.pool.Pools} has every pool, by what its connections have in common. A
 * pool has one {@code Shares}, which has a {@code Share} for each loop; a share has its {@code
 * IdleBackends} and its {@code Waiters}, who wait for a connection there. Before a connection is
 * opened it takes a place of its pool's {@code Places}: one of the pool itself, and one of each
 * {@code Quota} that the pool shares with others to the same database or role, which {@code Quotas}
 * has for all of them. An {@code Opener} then opens it, on a virtual thread.
 */
@NullMarked
package dev.postern.proxy.pool;

import org.jspecify.annotations.NullMarked;
