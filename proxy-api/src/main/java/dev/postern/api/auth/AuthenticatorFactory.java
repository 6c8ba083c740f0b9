package dev.postern.api.auth;

import dev.postern.api.PluginContext;
import dev.postern.api.PluginFactory;

/**
 * Makes {@link Authenticator}s; found by {@link java.util.ServiceLoader}.
 *
 * @param <C> the configuration record
 */
public non-sealed interface AuthenticatorFactory<C extends Record> extends PluginFactory<C> {
  /**
   * Called once for each instance that the configuration names: before a listener is open, or at a
   * reload. All that are made together have 30 seconds; the thread is interrupted then.
   *
   * @throws Exception to refuse the configuration or say what is missing; stops the start, or the
   *     reload, with its message
   */
  Authenticator create(C config, PluginContext context) throws Exception;
}
