package dev.postern.proxy.plugin;

import dev.postern.api.auth.Authenticator;
import dev.postern.api.routing.Router;
import java.util.List;
import java.util.Map;

/** Where a login gets the plugins that decide about it. Safe for use by many threads. */
public interface PluginSource {
  /**
   * Those in service now. The caller has them {@link PluginSet#leave left} when its session ends.
   */
  PluginSet enter();

  /** {@link PluginSet#mayBlock} of those in service now, which a login may enter too late for. */
  boolean mayBlock();

  /** Always the same ones, which are closed by whoever made them. */
  static PluginSource fixed(
      Authenticator authenticator, Router router, List<NamedInterceptor> interceptors) {
    PluginSet set = new PluginSet(authenticator, List.of(router), interceptors, Map.of(), () -> {});
    return new PluginSource() {
      @Override
      public PluginSet enter() {
        set.uses().take();
        return set;
      }

      @Override
      public boolean mayBlock() {
        return set.mayBlock();
      }
    };
  }
}
