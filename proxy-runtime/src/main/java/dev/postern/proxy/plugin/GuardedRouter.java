package dev.postern.proxy.plugin;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingException;
import dev.postern.api.routing.RoutingRequest;

/** Runs a plugin's router with its own class loader, and keeps its errors apart from ours. */
record GuardedRouter(Origin origin, Router router) implements Router {

  @Override
  public Route route(RoutingRequest request) throws RoutingException {
    try (LoaderScope _ = origin.enter()) {
      return origin.present(router.route(request), "a route");
    } catch (LinkageError e) {
      throw origin.failure(e);
    }
  }

  @Override
  public void sessionOpened(Route route, Backend backend) {
    router.sessionOpened(route, backend);
  }

  @Override
  public void sessionClosed(Route route, Backend backend) {
    router.sessionClosed(route, backend);
  }

  @Override
  public void backendFailed(Route route, Backend backend, String reason) {
    router.backendFailed(route, backend, reason);
  }

  @Override
  public void close() throws Exception {
    router.close();
  }
}
