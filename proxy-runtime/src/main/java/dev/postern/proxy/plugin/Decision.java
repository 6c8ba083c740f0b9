package dev.postern.proxy.plugin;

import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;

/**
 * Where a session goes.
 *
 * @param router who decided it, to be told what becomes of it
 */
public record Decision(Route route, Router router) {}
