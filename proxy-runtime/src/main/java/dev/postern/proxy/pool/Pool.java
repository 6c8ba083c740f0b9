package dev.postern.proxy.pool;

import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Pooling;
import dev.postern.proxy.backend.Credentials;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are alike, counted over all event loops. Safe for use by many threads; what is
 * on the way of a query is in the {@link Share} of the event loop.
 */
public final class Pool {
  /** Different sets of reported parameters that are kept once; further ones are kept many times. */
  private static final int MAX_INTERNED = 1000;

  /** Without a lifetime, for so long after its last session a pool is kept warm for the next. */
  private static final Duration KEPT = Duration.ofHours(1);

  private final PoolKey key;
  private final Credentials credentials;
  private final Opener opener;
  private final Predicate<Backend> roomMaker;
  private final Shares shares;
  private final Places places;
  private final Backoff backoff = new Backoff();
  private final Statements statements = new Statements();
  private final Map<ServerParameters, ServerParameters> interned = new ConcurrentHashMap<>();
  private final Questions questions = new Questions();

  /** Sessions that may still want a connection. */
  private final AtomicInteger sessions = new AtomicInteger();

  /** When the last of them came or went, in the time of System.nanoTime. */
  private volatile long lastSession = System.nanoTime();

  /** Users whose credentials its connections were opened with. */
  private final Set<String> owners = ConcurrentHashMap.newKeySet();

  private final AtomicReference<@Nullable ListeningConnection> listening = new AtomicReference<>();

  /** What the server reported when a connection was last opened; {@code null} if none was. */
  private volatile @Nullable ServerParameters greeting;

  /** Whether logins come to it, as far as is known. */
  private final AtomicBoolean wanted = new AtomicBoolean();

  private volatile boolean retired;

  Pool(
      PoolKey key,
      Credentials credentials,
      Opener opener,
      Predicate<Backend> roomMaker,
      Quotas quotas,
      List<EventLoop> loops) {
    this.key = key;
    this.credentials = credentials;
    this.opener = opener;
    this.roomMaker = roomMaker;
    shares = new Shares(this, loops);
    places = new Places(key.pooling(), quotas.enter(this));
  }

  public PoolKey key() {
    return key;
  }

  public Pooling pooling() {
    return key.pooling();
  }

  public Statements statements() {
    return statements;
  }

  Credentials credentials() {
    return credentials;
  }

  StartupMessage startup() {
    return key.startup();
  }

  Opener opener() {
    return opener;
  }

  Backoff backoff() {
    return backoff;
  }

  /** The share of an event loop. */
  public Share share(EventLoop loop) {
    return shares.of(loop);
  }

  Shares shares() {
    return shares;
  }

  Places places() {
    return places;
  }

  /** How many connections are open or being opened. */
  public int open() {
    return places.open();
  }

  /** How many connections nobody uses; a moment old. */
  public int idle() {
    return shares.idle();
  }

  /** How many connections are being opened; a moment old. */
  public int opening() {
    return shares.opening();
  }

  /** How long whoever has waited longest waits, in nanoseconds; 0 if nobody does. A moment old. */
  public long longestWait() {
    return shares.longestWait(System.nanoTime());
  }

  /** How many sessions wait; a moment old. */
  public int waiting() {
    return shares.waiting();
  }

  /** How many sessions may still want a connection, those that have one included. */
  public int sessions() {
    return sessions.get();
  }

  public ServerParameters intern(ServerParameters parameters) {
    ServerParameters known = interned.get(parameters);
    if (known != null) {
      return known;
    }
    if (interned.size() < MAX_INTERNED) {
      known = interned.putIfAbsent(parameters, parameters);
    }
    return known == null ? parameters : known;
  }

  /**
   * A connection was opened, and the server has reported this.
   *
   * @return the same
   */
  ServerParameters greeted(ServerParameters parameters) {
    ServerParameters before = greeting;
    ServerParameters now = intern(parameters);
    greeting = now;
    if (before != null && !now.equals(before)) {
      questions.forget(); // what was learned is of connections that were opened before
    }
    return now;
  }

  /** What servers have answered to clients that ask for settings at their start. */
  Questions questions() {
    return questions;
  }

  /**
   * What a server makes of the settings that a client asks for at its start.
   *
   * @param loop of the login; those that wait are told on it if the login is the first
   */
  public Question question(Map<String, String> settings, EventLoop loop) {
    return questions.about(settings, loop, idle() > 0);
  }

  /** When a connection that is opened now is to be replaced, in the time of System.nanoTime. */
  long expiry(long now) {
    return expiry(pooling().lifetime(), now);
  }

  static long expiry(Duration lifetime, long now) {
    return lifetime.isZero()
        ? now + Long.MAX_VALUE / 2
        : now + (long) (lifetime.toNanos() * nearlyOne());
  }

  /** Give or take a tenth, so that what began at once does not end at once. */
  static double nearlyOne() {
    return ThreadLocalRandom.current().nextDouble(0.9, 1.1);
  }

  void sessionOpened(@Nullable String owner) {
    sessions.incrementAndGet();
    lastSession = System.nanoTime();
    if (owner != null) {
      owners.add(owner);
    }
  }

  /** A login has come; whether that is the first, or the first since the pool was replaced. */
  boolean isWantedAgain() {
    return !wanted.get() && wanted.compareAndSet(false, true);
  }

  /** Logins come to another pool in its place, since the configuration has changed. */
  void replaced() {
    wanted.set(false);
  }

  boolean isOwnedBy(String user) {
    return owners.contains(user);
  }

  /** Whether what is learned on this connection holds for those that are opened now. */
  public boolean isUpToDate(PooledBackend backend) {
    return Objects.equals(greeting, backend.initial());
  }

  /** Closes the connection that has idled longest on one of the loops; false if none is idle. */
  boolean closeEldestIdle() {
    Share share = shares.withIdle(null, null);
    if (share == null) {
      return false;
    }
    share.loop().execute(share::closeEldestIdle);
    return true;
  }

  /** Has an idle connection of any pool to the same server closed; false if there is none. */
  boolean makeRoom() {
    return roomMaker.test(key.server());
  }

  /** A session that was given this pool has ended. */
  public void sessionClosed() {
    lastSession = System.nanoTime();
    sessions.decrementAndGet();
  }

  /**
   * The connection that listens for all clients.
   *
   * @param loop it lives there if it was not asked for before
   */
  public ListeningConnection listening(EventLoop loop) {
    ListeningConnection known = listening.get();
    if (known == null) {
      listening.compareAndSet(null, new ListeningConnection(this, loop));
      known = Objects.requireNonNull(listening.get());
    }
    return known;
  }

  /** What is seen of that connection; a moment old. */
  public ListeningConnection.View listening() {
    ListeningConnection known = listening.get();
    return known == null ? ListeningConnection.View.NONE : known.view();
  }

  boolean isUnused() {
    ListeningConnection listener = listening.get();
    return sessions.get() == 0 && open() == 0 && (listener == null || !listener.isNeeded());
  }

  /**
   * Whether nothing is to be kept open for sessions to come: they go to another pool in its place,
   * or none has come for a connection's lifetime. Nobody says whether the server is still in use.
   *
   * @param now in the time of System.nanoTime
   */
  boolean isForsaken(long now) {
    if (retired || sessions.get() > 0) {
      return false;
    }
    Duration kept = pooling().lifetime().isZero() ? KEPT : pooling().lifetime();
    return !wanted.get() || now - lastSession > kept.toNanos();
  }

  /** Whether its connections are closed when they are given back. */
  public boolean isRetired() {
    return retired;
  }

  /** From now on connections are closed when they are given back, and idle ones at once. */
  void retire() {
    retired = true;
    shares.all().forEach(share -> share.loop().execute(share::closeIdle));
    ListeningConnection listener = listening.get();
    if (listener != null) {
      listener.retire();
    }
  }

  /**
   * Looks at idle connections of all loops: closes those that are too old, opens the minimum.
   * Called by one thread.
   */
  void maintain() {
    List<Share> known = shares.all();
    known.forEach(share -> share.loop().execute(share::maintain));
    if (!known.isEmpty() && !retired) {
      for (int missing = pooling().minimum() - open(); missing > 0; missing--) {
        Share share = known.get(missing % known.size());
        share.loop().execute(share::openAhead);
      }
    }
  }

  void forget() {
    PoolCredentials.close(credentials);
  }
}
