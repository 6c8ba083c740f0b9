package dev.postern.api.routing;

import dev.postern.api.Plugin;
import org.jspecify.annotations.Nullable;

/** Decides where a session goes. One instance serves all sessions. */
public interface Router extends Plugin {
  /**
   * Chooses the backends for a session. Runs on the session's virtual thread and may block until
   * the login's deadline.
   *
   * @return where it goes, or {@code null} to leave the decision to the next router; where there is
   *     none, the session is refused
   * @throws RoutingException if there is no place for this session
   */
  @Nullable Route route(RoutingRequest request) throws RoutingException;

  /**
   * A backend of a route was reached and a session logged in to it. Told to the router that gave
   * the route, as is all that follows. The client does not know of it yet. Must not block.
   */
  default void sessionOpened(Route route, Backend backend) {}

  /**
   * A session for which {@link #sessionOpened} was called has ended, or does not begin after all.
   * Called on an event loop, or by the login's thread; must not block.
   */
  default void sessionClosed(Route route, Backend backend) {}

  /**
   * A backend of a route did not answer, or takes nobody in: it is full ({@code 53300}), starting
   * up or shutting down ({@code 57P01} to {@code 57P03}), or failed (class {@code 08}). Postern
   * goes on with the route's next one. A refusal of this user or this database is no failure. Must
   * not block.
   *
   * @param reason one line for the operator
   */
  default void backendFailed(Route route, Backend backend, String reason) {}
}
