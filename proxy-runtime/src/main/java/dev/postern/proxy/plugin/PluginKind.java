package dev.postern.proxy.plugin;

import dev.postern.api.PluginFactory;
import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.routing.RouterFactory;

/** What a plugin does. */
public enum PluginKind {
  AUTHENTICATOR("authenticator", AuthenticatorFactory.class),
  ROUTER("router", RouterFactory.class),
  INTERCEPTOR("interceptor", MessageInterceptorFactory.class);

  private final String shown;
  private final Class<?> factoryType;

  @SuppressWarnings("rawtypes") // the class of a generic interface
  PluginKind(String shown, Class<? extends PluginFactory> factoryType) {
    this.shown = shown;
    this.factoryType = factoryType;
  }

  /** The interface whose name is that of the services file. */
  Class<?> factoryType() {
    return factoryType;
  }

  /** Where a jar names its factories of this kind. */
  public String servicesFile() {
    return "META-INF/services/" + factoryType.getName();
  }

  @Override
  public String toString() {
    return shown;
  }
}
