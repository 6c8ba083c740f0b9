package dev.postern.proxy.plugin;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.RefusedLogin;
import dev.postern.api.session.SessionInfo;
import dev.postern.proxy.config.ScopeConfig;
import org.jspecify.annotations.Nullable;

/**
 * An instance in service.
 *
 * @param name in the configuration; for log lines and metrics
 * @param only for which sessions it is; {@code null}: all
 * @param calls where what it is called for is counted
 */
public record NamedInterceptor(
    String name, MessageInterceptor interceptor, @Nullable ScopeConfig only, Calls calls) {

  /** An instance that is for all sessions. */
  public NamedInterceptor(String name, MessageInterceptor interceptor) {
    this(name, interceptor, null, new Calls());
  }

  /** Whether it is to see a session. */
  public boolean isFor(SessionInfo session) {
    return only == null
        || only.includes(
            session.user().name(), session.startup().database(), session.route().name());
  }

  /**
   * Whether it is to hear of a login that was refused: that of the user that the client claimed to
   * be, on any route where none was decided.
   */
  public boolean isFor(RefusedLogin login) {
    return only == null
        || only.includes(
            login.user() == null ? login.startup().user() : login.user().name(),
            login.startup().database(),
            login.route() == null ? null : login.route().name());
  }
}
