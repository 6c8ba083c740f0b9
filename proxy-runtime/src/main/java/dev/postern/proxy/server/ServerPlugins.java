package dev.postern.proxy.server;

import dev.postern.api.auth.Authenticator;
import dev.postern.api.routing.Router;
import dev.postern.proxy.plugin.NamedInterceptor;
import java.util.List;

/**
 * The plugins that decide everything. Not closed by the server: whoever made them closes them after
 * it.
 *
 * @param authenticator who gets in
 * @param router where to
 * @param interceptors what passes, in this order
 */
public record ServerPlugins(
    Authenticator authenticator, Router router, List<NamedInterceptor> interceptors) {
  public ServerPlugins {
    interceptors = List.copyOf(interceptors);
  }

  /** Whether a login may have to wait for one of them in a way that stops its thread's carrier. */
  boolean mayBlock() {
    return authenticator.mayBlock()
        || router.mayBlock()
        || interceptors.stream().anyMatch(named -> named.interceptor().mayBlock());
  }
}
