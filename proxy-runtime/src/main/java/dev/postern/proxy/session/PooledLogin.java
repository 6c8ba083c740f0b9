package dev.postern.proxy.session;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Route;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.Wait;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A login whose session is going to share server connections. While it waits for one, it can be
 * seen and ended by other threads.
 */
public final class PooledLogin {
  private final SessionRegistry registry;
  private final ClientInfo client;
  private final StartupParameters startup;
  private final AuthenticatedUser user;
  private final Route route;
  private final Instant startedAt;
  private final Thread thread = Thread.currentThread();
  private volatile @Nullable Wait waiting;

  /** Called on the login's own thread. */
  PooledLogin(
      SessionRegistry registry,
      ClientInfo client,
      StartupParameters startup,
      AuthenticatedUser user,
      Route route,
      Instant startedAt) {
    this.registry = registry;
    this.client = client;
    this.startup = startup;
    this.user = user;
    this.route = route;
    this.startedAt = startedAt;
  }

  /** Called on the login's thread, as is {@link #waitsNoMore}. */
  void waitsFor(Pool pool) {
    waiting = new Wait(pool, System.nanoTime());
    registry.waits(this);
  }

  void waitsNoMore() {
    registry.waitsNoMore(this);
    waiting = null;
  }

  public ClientInfo client() {
    return client;
  }

  public StartupParameters startup() {
    return startup;
  }

  public AuthenticatedUser user() {
    return user;
  }

  public Route route() {
    return route;
  }

  public Instant startedAt() {
    return startedAt;
  }

  /** What it waits for; {@code null} if it has just stopped waiting. */
  public @Nullable Wait waiting() {
    return waiting;
  }

  /** Refuses the login, as by an administrator's command. */
  public void end() {
    thread.interrupt();
  }
}
