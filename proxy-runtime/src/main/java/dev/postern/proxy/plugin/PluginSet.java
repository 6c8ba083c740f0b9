package dev.postern.proxy.plugin;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingException;
import dev.postern.api.routing.RoutingRequest;
import java.util.List;
import java.util.Map;

/**
 * The plugins that decide about a session, from its login to its end, whatever is put in service
 * meanwhile. Safe for use by many threads.
 */
public final class PluginSet {
  private final Authenticator authenticator;
  private final List<Router> routers;
  private final List<NamedInterceptor> interceptors;
  private final Map<String, Calls> calls;
  private final boolean mayBlock;
  private final Uses uses;

  /**
   * @param calls where what an instance is called for is counted, by its name
   * @param end when nobody uses them any more
   */
  PluginSet(
      Authenticator authenticator,
      List<Router> routers,
      List<NamedInterceptor> interceptors,
      Map<String, Calls> calls,
      Runnable end) {
    this.authenticator = authenticator;
    this.routers = List.copyOf(routers);
    this.interceptors = List.copyOf(interceptors);
    this.calls = Map.copyOf(calls);
    this.uses = new Uses(end);
    mayBlock =
        authenticator.mayBlock()
            || routers.stream().anyMatch(Router::mayBlock)
            || interceptors.stream().anyMatch(named -> named.interceptor().mayBlock());
  }

  /**
   * Finds out who the client is, and whether it gets in. May block.
   *
   * @param asked to be told who is asked meanwhile
   * @throws AuthenticationException if it does not get in
   */
  public AuthenticatedUser authenticate(AuthenticationExchange exchange, Asked asked)
      throws AuthenticationException {
    return authenticator instanceof AuthenticatorChain chain
        ? chain.authenticate(exchange, asked)
        : authenticator.authenticate(exchange);
  }

  /**
   * Asks the routers in turn where a session goes. May block.
   *
   * @param asked to be told who is asked meanwhile
   * @throws RoutingException if there is no place for it
   */
  public Decision decide(RoutingRequest request, Asked asked) throws RoutingException {
    for (Router router : routers) {
      Route route = AskedRouter.of(router, asked).route(request);
      if (route != null) {
        return new Decision(route, router);
      }
    }
    throw RoutingException.unknownDatabase(
        request.startup().database(), "no router decided where the session goes");
  }

  /** What passes, in the order in which frontend messages pass them. */
  public List<NamedInterceptor> interceptors() {
    return interceptors;
  }

  /** A call of an instance does not come to its end, which counts as its failure. */
  public void failed(String instance) {
    Calls those = calls.get(instance);
    if (those != null) {
      those.failed();
    }
  }

  /** Whether a login may have to wait for one of them in a way that stops its thread's carrier. */
  public boolean mayBlock() {
    return mayBlock;
  }

  Uses uses() {
    return uses;
  }

  /** The session has ended, or did not begin. Called once for each that entered. */
  public void leave() {
    uses.giveBack();
  }
}
