package dev.postern.testkit.conformance.companion;

/**
 * A record whose handles may be kept instead of those of a plugin's.
 *
 * @param other anything
 */
public record Passing(Object other) {}
