package dev.postern.proxy.pool;

/**
 * What a session waits for.
 *
 * @param since when it began, in the time of System.nanoTime
 */
public record Wait(Pool pool, long since) {}
