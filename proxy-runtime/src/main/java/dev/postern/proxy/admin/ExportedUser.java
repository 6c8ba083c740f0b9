package dev.postern.proxy.admin;

import dev.postern.api.Secret;

/**
 * A user with its verifier.
 *
 * @param verifier in PostgreSQL's text form; whoever asked for it closes it
 */
public record ExportedUser(String name, Secret verifier) {}
