package dev.postern.api.session;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Route;
import java.time.Instant;

/**
 * A session that is logged in and about to relay.
 *
 * @param client where it came from
 * @param startup what the client asked for
 * @param user who it proved to be
 * @param route what the router decided
 * @param backend the server that was reached
 * @param startedAt when the client connected
 */
public record SessionInfo(
    ClientInfo client,
    StartupParameters startup,
    AuthenticatedUser user,
    Route route,
    Backend backend,
    Instant startedAt) {
  public String sessionId() {
    return client.sessionId();
  }
}
