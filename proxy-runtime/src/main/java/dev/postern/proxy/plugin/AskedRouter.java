package dev.postern.proxy.plugin;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingException;
import dev.postern.api.routing.RoutingRequest;
import org.jspecify.annotations.Nullable;

/** A router as one login knows it, which says when it is there. Used by the login's thread. */
record AskedRouter(GuardedRouter router, Asked asked) implements Router {
  static Router of(Router router, Asked asked) {
    return router instanceof GuardedRouter guarded ? new AskedRouter(guarded, asked) : router;
  }

  @Override
  public @Nullable Route route(RoutingRequest request) throws RoutingException {
    return asked.of(router.origin().instance(), () -> router.route(request));
  }

  @Override
  public void sessionOpened(Route route, Backend backend) {
    tell(() -> router.sessionOpened(route, backend));
  }

  @Override
  public void sessionClosed(Route route, Backend backend) {
    tell(() -> router.sessionClosed(route, backend));
  }

  @Override
  public void backendFailed(Route route, Backend backend, String reason) {
    tell(() -> router.backendFailed(route, backend, reason));
  }

  private void tell(Runnable news) {
    asked.tell(router.origin().instance(), news);
  }
}
