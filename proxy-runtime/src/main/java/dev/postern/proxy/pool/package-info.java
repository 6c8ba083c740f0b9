/**
 * Server connections that outlive the sessions which use them. A {@link
 * dev.postern.proxy.pool.Pool} holds connections that are alike and counts them over all event
 * loops; each event loop has a {@link dev.postern.proxy.pool.Share} of it, so that taking a
 * connection and giving it back costs no lock and no change of threads. A loop that has none left
 * borrows one from another loop, which is slower and right.
 */
@NullMarked
package dev.postern.proxy.pool;

import org.jspecify.annotations.NullMarked;
