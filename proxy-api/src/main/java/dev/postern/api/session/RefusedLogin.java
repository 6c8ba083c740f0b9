package dev.postern.api.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Route;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A login that became no session: it was refused, or its client went before it was logged in.
 *
 * @param client where it came from
 * @param startup what the client asked for; nothing of it is proved
 * @param user who it proved to be, or {@code null} if it had not yet
 * @param route what the router decided, or {@code null} if it had not yet
 * @param sqlState the code for the client; {@code 08006} where the client went by itself, as psql
 *     does when it has to ask for a password
 * @param kind whose fault it was
 * @param reason for the operator: may tell what the client must not know, such as an unknown user
 *     from a wrong password; holds no secret
 * @param startedAt when the client connected
 */
public record RefusedLogin(
    ClientInfo client,
    StartupParameters startup,
    @Nullable AuthenticatedUser user,
    @Nullable Route route,
    SqlState sqlState,
    FailureKind kind,
    String reason,
    Instant startedAt) {
  public String sessionId() {
    return client.sessionId();
  }
}
