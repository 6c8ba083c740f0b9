package dev.postern.proxy.admin;

/**
 * What counts for the whole store.
 *
 * @param iterations of new verifiers, and what unknown users seem to have
 */
public record StoreSettings(int iterations) {}
