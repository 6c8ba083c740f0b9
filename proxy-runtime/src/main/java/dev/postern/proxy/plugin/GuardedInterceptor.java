package dev.postern.proxy.plugin;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.RefusedLogin;
import dev.postern.api.session.SessionInfo;

/**
 * Opens a plugin's interceptor with its own class loader. Its handlers run on event loops, as they
 * are: they are too many to switch loaders for.
 */
record GuardedInterceptor(Origin origin, MessageInterceptor interceptor, Calls calls)
    implements MessageInterceptor {

  static NamedInterceptor of(Instance<MessageInterceptor> instance) {
    return new NamedInterceptor(
        instance.name(),
        new GuardedInterceptor(instance.origin(), instance.plugin(), instance.calls()),
        instance.wanted().only(),
        instance.calls());
  }

  @Override
  public void open(SessionInfo session, Interests interests) {
    try (LoaderScope _ = origin.enter()) {
      interceptor.open(session, interests);
    } catch (RuntimeException | Error e) {
      throw origin.failure(e, calls);
    }
  }

  @Override
  public void refused(RefusedLogin login) {
    try (LoaderScope _ = origin.enter()) {
      interceptor.refused(login);
    } catch (RuntimeException | Error e) {
      throw origin.failure(e, calls);
    }
  }

  @Override
  public boolean mayBlock() {
    return interceptor.mayBlock();
  }

  @Override
  public void close() throws Exception {
    interceptor.close();
  }
}
