package dev.postern.api.auth;

/**
 * What a successful SCRAM exchange gives.
 *
 * @param verifier the one that was proved
 * @param keys what lets Postern log in to a server that holds the same verifier
 */
public record ScramProof(ScramVerifier verifier, ScramKeys keys) {}
