package dev.postern.proxy.session;

import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.RefusedLogin;
import dev.postern.proxy.plugin.Asked;
import dev.postern.proxy.plugin.NamedInterceptor;
import dev.postern.proxy.plugin.PluginSet;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The plugins that decide about one login, and hear of it if it comes to no session, whoever ends
 * it. Safe for use by many threads.
 */
final class LoginPlugins {
  private final PluginSet set;
  private final ClientInfo client;
  private final Instant startedAt;

  /** Of the interceptors, the next one to be told. */
  private final AtomicInteger next = new AtomicInteger();

  private final AtomicBoolean left = new AtomicBoolean();

  /** Takes over one use of the plugins. */
  LoginPlugins(PluginSet set, ClientInfo client, Instant startedAt) {
    this.set = set;
    this.client = client;
    this.startedAt = startedAt;
  }

  /**
   * Tells the interceptors that there will be no session: those that no other call has told, or is
   * about to.
   *
   * @param asked to be told who hears of it
   */
  void tell(LoginRefusal refusal, Asked asked, Throwable failure) {
    RefusedLogin login = refusal.refused(client, startedAt, failure);
    List<NamedInterceptor> all = set.interceptors();
    int one;
    while (login != null && (one = next.getAndIncrement()) < all.size()) {
      refusal.tell(all.get(one), asked, login);
    }
  }

  /**
   * One of them does not come to its end.
   *
   * @param instance {@code null}: it is none of them
   */
  void failed(@Nullable String instance) {
    if (instance != null) {
      set.failed(instance);
    }
  }

  /** They are not needed for it any more. Further calls do nothing. */
  void leave() {
    if (left.compareAndSet(false, true)) {
      set.leave();
    }
  }
}
