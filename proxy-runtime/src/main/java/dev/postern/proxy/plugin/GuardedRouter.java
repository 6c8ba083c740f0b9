package dev.postern.proxy.plugin;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingException;
import dev.postern.api.routing.RoutingRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a plugin's router with its own class loader, and keeps its errors apart from ours. */
record GuardedRouter(Origin origin, Router router, Calls calls) implements Router {
  private static final Logger log = LoggerFactory.getLogger(GuardedRouter.class);

  static GuardedRouter of(Instance<Router> instance) {
    return new GuardedRouter(instance.origin(), instance.plugin(), instance.calls());
  }

  @Override
  public @Nullable Route route(RoutingRequest request) throws RoutingException {
    long begin = System.nanoTime();
    calls.add(1);
    try (LoaderScope _ = origin.enter()) {
      return router.route(request);
    } catch (RuntimeException | Error e) {
      throw origin.failure(e, calls);
    } finally {
      calls.took(System.nanoTime() - begin);
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
      calls.failed();
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
