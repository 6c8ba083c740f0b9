package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All sessions that relay, all logins that are under way, and how many there may be. Safe for use
 * by many threads.
 */
public final class SessionRegistry {
  /** A place among the limits, taken for one session until it is released. */
  interface Place {
    /** Gives the place back; further calls do nothing. */
    void release();
  }

  /** A login under way, as the registry ends it. Neither waits for anything. */
  interface Login {
    /** Others have come, and this one has waited longest. */
    void pushOut();

    /** Postern is shutting down. */
    void cutOff();

    /** What a user of this name has proved counts no more. Does nothing to others. */
    void revoke(String user);
  }

  private final SessionLimits limits;
  private final ConcurrentMap<String, Session> sessions = new ConcurrentHashMap<>();

  /** Logins that wait for a server connection, by the id that their session will have. */
  private final ConcurrentMap<String, PooledLogin> waiting = new ConcurrentHashMap<>();

  /** Logins under way, the eldest first. Guarded by itself. */
  private final Set<Login> logins = new LinkedHashSet<>();

  /** Those of users that have proved who they are, and have a place. Guarded by {@link #logins}. */
  private final Set<Login> admittedLogins = new HashSet<>();

  /** Logins that were given up, and whose threads have not come to their end. */
  private final AtomicInteger stuck = new AtomicInteger();

  private final AtomicInteger cancelling = new AtomicInteger();

  // Guarded by this.
  private final Map<String, Integer> byUser = new HashMap<>();
  private final Map<InetAddress, Integer> byAddress = new HashMap<>();
  private int admitted;
  private boolean draining;

  public SessionRegistry(SessionLimits limits) {
    this.limits = limits;
  }

  /**
   * A connection has been opened. If too many are not logged in, the one that has waited longest is
   * closed: a flood of silent connections pushes out itself, not the clients that answer.
   *
   * @return false if Postern is shutting down, and nobody is let in
   */
  boolean loginStarted(Login login) {
    Login eldest = null;
    synchronized (logins) {
      logins.add(login);
      if (logins.size() > limits.logins()) {
        eldest = logins.iterator().next();
        logins.remove(eldest);
      }
    }
    if (eldest != null) {
      eldest.pushOut();
    }
    return !isDraining();
  }

  /** The login has got a place; others do not push it out any more. */
  void loginAdmitted(Login login) {
    synchronized (logins) {
      if (logins.remove(login)) {
        admittedLogins.add(login);
      }
    }
  }

  /** The login has failed or become a session. It is not cut off or revoked after this. */
  void loginEnded(Login login) {
    synchronized (logins) {
      logins.remove(login);
      admittedLogins.remove(login);
    }
  }

  /** The login has failed, but its thread, and what that holds, stays for a while or for ever. */
  void loginGivenUp(Login login) {
    stuck.incrementAndGet();
    loginEnded(login);
  }

  /** Such a thread has come to its end. */
  void stuckLoginEnded() {
    stuck.decrementAndGet();
  }

  /**
   * Before plugins are asked: more and more threads that they do not let go would use up all
   * memory.
   *
   * @throws SessionException {@code 53300} if there are as many as there may be logins
   */
  void checkStuckLogins() throws SessionException {
    check(
        stuck.get(),
        limits.logins(),
        "sorry, too many clients already",
        "plugins do not let go of as many logins as limits.logins allows, which");
  }

  /**
   * Takes a place for a user that has proved who it is.
   *
   * @throws SessionException {@code 53300} if there is none, {@code 57P03} while shutting down
   */
  synchronized Place admit(AuthenticatedUser user, InetAddress address) throws SessionException {
    if (draining) {
      throw new SessionException(
          SqlState.CANNOT_CONNECT_NOW, FailureKind.PROXY, "the server is shutting down");
    }
    check(admitted, limits.sessions(), "sorry, too many clients already", "limits.sessions");
    String name = user.name();
    check(
        byUser.getOrDefault(name, 0),
        user.maxSessions(),
        "too many connections for user \"" + name + "\"",
        "the user's own limit");
    check(
        byUser.getOrDefault(name, 0),
        limits.sessionsPerUser(),
        "too many connections for user \"" + name + "\"",
        "limits.sessions-per-user");
    check(
        byAddress.getOrDefault(address, 0),
        limits.sessionsPerAddress(),
        "too many connections from this address",
        "limits.sessions-per-address");
    admitted++;
    byUser.merge(name, 1, Integer::sum);
    byAddress.merge(address, 1, Integer::sum);
    return new Place() {
      private boolean released;

      @Override
      public void release() {
        synchronized (SessionRegistry.this) {
          if (!released) {
            released = true;
            admitted--;
            byUser.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
            byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
          }
        }
      }
    };
  }

  private static void check(int count, int limit, String clientMessage, String which)
      throws SessionException {
    if (limit > 0 && count >= limit) {
      throw new SessionException(
          SqlState.TOO_MANY_CONNECTIONS,
          FailureKind.OVERLOAD,
          clientMessage,
          clientMessage + ": " + which + " is " + limit,
          null);
    }
  }

  void opened(Session session) {
    sessions.put(session.id(), session);
  }

  void closed(Session session) {
    sessions.remove(session.id());
  }

  /** A session has ended while its backend worked, which is being cancelled. */
  void cancelStarted() {
    cancelling.incrementAndGet();
  }

  void cancelEnded() {
    cancelling.decrementAndGet();
  }

  /** Whether backends still work for sessions that have ended. */
  public boolean isCancelling() {
    return cancelling.get() > 0;
  }

  /** All sessions that relay, as of now. */
  public Collection<Session> sessions() {
    return Collections.unmodifiableCollection(sessions.values());
  }

  void waits(PooledLogin login) {
    waiting.put(login.client().sessionId(), login);
  }

  void waitsNoMore(PooledLogin login) {
    waiting.remove(login.client().sessionId());
  }

  /** The logins that wait for a server connection, as of now. */
  public Collection<PooledLogin> waiting() {
    return Collections.unmodifiableCollection(waiting.values());
  }

  public Optional<PooledLogin> findWaiting(String id) {
    return Optional.ofNullable(waiting.get(id));
  }

  public Optional<Session> find(String id) {
    return Optional.ofNullable(sessions.get(id));
  }

  /** How many connections have not logged in yet. */
  public int logins() {
    synchronized (logins) {
      return logins.size() + admittedLogins.size();
    }
  }

  /** From now on nobody is let in. */
  public synchronized void drain() {
    draining = true;
  }

  public synchronized boolean isDraining() {
    return draining;
  }

  /**
   * Lets no login of this user that is under way become a session: it may have proved what counts
   * no more.
   */
  public void revokeLogins(String user) {
    synchronized (logins) {
      logins.forEach(login -> login.revoke(user));
      admittedLogins.forEach(login -> login.revoke(user));
    }
  }

  /** Refuses all that have not logged in, because Postern is shutting down. */
  public void cutOffLogins() {
    synchronized (logins) {
      logins.forEach(Login::cutOff);
      admittedLogins.forEach(Login::cutOff);
    }
  }
}
