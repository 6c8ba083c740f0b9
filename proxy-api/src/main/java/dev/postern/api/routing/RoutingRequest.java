package dev.postern.api.routing;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;

/**
 * A client that has logged in at Postern and needs a server.
 *
 * @param client where it came from, with its TLS connection (SNI, certificate)
 * @param startup what it asked for: database, application_name and the rest
 * @param user who it proved to be
 */
public record RoutingRequest(
    ClientInfo client, StartupParameters startup, AuthenticatedUser user) {}
