package dev.postern.proxy.plugin;

import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;

/**
 * Where a session goes.
 *
 * @param router who decided it, to be told what becomes of it
 */
public record Decision(Route route, Router router) {
  /**
   * The router, for the login.
   *
   * @param asked to be told when the router is told something
   */
  public Router router(Asked asked) {
    return AskedRouter.of(router, asked);
  }
}
