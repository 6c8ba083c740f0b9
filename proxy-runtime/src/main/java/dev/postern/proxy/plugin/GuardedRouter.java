package dev.postern.proxy.plugin;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingException;
import dev.postern.api.routing.RoutingRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a plugin's router with its own class loader, and keeps its errors apart from ours. */
record GuardedRouter(Origin origin, Router router) implements Router {
  private static final Logger log = LoggerFactory.getLogger(GuardedRouter.class);

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

  /** What a router does with news is its own affair: the session, and what counts it, go on. */
  private void tell(Runnable news) {
    try {
      news.run();
    } catch (Throwable e) {
      log.atError()
          .addKeyValue("plugin", origin.instance())
          .setCause(e)
          .log("the router failed to take note of a session or a backend");
    }
  }

  @Override
  public boolean mayBlock() {
    return router.mayBlock();
  }

  @Override
  public void close() throws Exception {
    router.close();
  }
}
