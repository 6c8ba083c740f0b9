package dev.postern.api.routing;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How the server connections of a route are shared. Connections are alike, and serve one another's
 * clients, if they go to one server, database and role, were opened with the same credentials, and
 * with the same startup parameters as far as these cannot be set later; such connections make up
 * one pool. Made from {@link #DEDICATED}, {@link #SESSION} or {@link #TRANSACTION} by {@link
 * #with}.
 *
 * @param mode when a client gives its server connection back
 * @param size the most connections of one pool; 0: no limit
 * @param minimum connections of a pool that are kept open, once the first was needed; at most
 *     {@code size}
 * @param reserve further connections that are opened when a client has waited for {@code
 *     reserveAfter}
 * @param reserveAfter see {@code reserve}
 * @param connectionsPerDatabase a connection is opened only while all pools have fewer than this to
 *     its server's database; 0: no limit
 * @param connectionsPerRole the same for the role there, in whatever database; 0: no limit
 * @param waitTimeout how long a client waits for a connection of a full pool; then its session ends
 *     with {@code 53300}
 * @param idleTimeout a connection that nobody used for this long is closed; zero: never
 * @param lifetime a connection older than this is closed when it is given back, give or take a
 *     tenth; zero: never
 * @param checkAfter a connection that idled longer than this is asked for a sign of life before a
 *     client gets it, as is one that listens for clients and has heard nothing; zero: never
 * @param idleInTransactionTimeout a client that leaves a transaction open and says nothing for this
 *     long is disconnected with {@code 25P03}; zero: never
 * @param sessionState what happens when a client in transaction or statement mode changes something
 *     that cannot be shared
 * @param noticeOnPin whether a client is told, by a NOTICE, that it keeps its connection because of
 *     such a change, and until when
 * @param preparedStatements the most named prepared statements that are kept on one connection; 1
 *     or more
 */
public record Pooling(
    Mode mode,
    int size,
    int minimum,
    int reserve,
    Duration reserveAfter,
    int connectionsPerDatabase,
    int connectionsPerRole,
    Duration waitTimeout,
    Duration idleTimeout,
    Duration lifetime,
    Duration checkAfter,
    Duration idleInTransactionTimeout,
    SessionState sessionState,
    boolean noticeOnPin,
    int preparedStatements) {

  /** When a client gives its server connection back. */
  public enum Mode {
    /** Never: the connection is opened for one session and closed with it. */
    DEDICATED,
    /** When the session ends. The connection is cleaned (DISCARD ALL) for the next one. */
    SESSION,
    /** At the end of each transaction. */
    TRANSACTION,
    /** As {@link #TRANSACTION}; a statement that opens a transaction block is refused. */
    STATEMENT
  }

  /**
   * What happens when a client, in transaction or statement mode, does something that lives in the
   * server's session beyond the transaction: temporary tables, session advisory locks, cursors WITH
   * HOLD, PREPARE in SQL, SET of what servers do not report, SET ROLE.
   */
  public enum SessionState {
    /** The session keeps its connection until it has cleaned up, or ends. */
    PIN,
    /** The statement is refused with {@code 0A000}. */
    REFUSE
  }

  /** A connection for each session, closed with it. */
  public static final Pooling DEDICATED = of(Mode.DEDICATED, 0);

  /** Session pooling without a limit. */
  public static final Pooling SESSION = of(Mode.SESSION, 0);

  /** Transaction pooling with 20 connections in a pool. */
  public static final Pooling TRANSACTION = of(Mode.TRANSACTION, 20);

  public Pooling {
    Objects.requireNonNull(mode);
    Objects.requireNonNull(sessionState);
    atLeast("size", size, 0);
    atLeast("minimum", minimum, 0);
    atLeast("reserve", reserve, 0);
    atLeast("connectionsPerDatabase", connectionsPerDatabase, 0);
    atLeast("connectionsPerRole", connectionsPerRole, 0);
    atLeast("preparedStatements", preparedStatements, 1);
    if (size > 0 && minimum > size) {
      throw new IllegalArgumentException(
          "minimum: " + minimum + " (expected: at most the size, " + size + ")");
    }
    notNegative("reserveAfter", reserveAfter);
    notNegative("waitTimeout", waitTimeout);
    notNegative("idleTimeout", idleTimeout);
    notNegative("lifetime", lifetime);
    notNegative("checkAfter", checkAfter);
    notNegative("idleInTransactionTimeout", idleInTransactionTimeout);
  }

  private static Pooling of(Mode mode, int size) {
    return new Pooling(
        mode,
        size,
        0,
        0,
        Duration.ofSeconds(5),
        0,
        0,
        Duration.ofSeconds(30),
        Duration.ofMinutes(10),
        Duration.ofHours(1),
        Duration.ofSeconds(30),
        Duration.ZERO,
        SessionState.PIN,
        false,
        200);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " or more)");
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: not negative)");
    }
  }

  /**
   * The same, but for what is changed: {@code Pooling.TRANSACTION.with(pool ->
   * pool.size(50).waitTimeout(Duration.ofSeconds(10)))}.
   *
   * @param change called once, with the settings as they are
   * @throws IllegalArgumentException if the changed settings do not fit together
   */
  public Pooling with(Consumer<Settings> change) {
    Settings settings = new Settings(this);
    change.accept(settings);
    return settings.pooling();
  }

  /** Settings that are being changed, in the words of {@link Pooling}. Used by one thread. */
  public static final class Settings {
    private Mode mode;
    private int size;
    private int minimum;
    private int reserve;
    private Duration reserveAfter;
    private int connectionsPerDatabase;
    private int connectionsPerRole;
    private Duration waitTimeout;
    private Duration idleTimeout;
    private Duration lifetime;
    private Duration checkAfter;
    private Duration idleInTransactionTimeout;
    private SessionState sessionState;
    private boolean noticeOnPin;
    private int preparedStatements;

    private Settings(Pooling pooling) {
      mode = pooling.mode;
      size = pooling.size;
      minimum = pooling.minimum;
      reserve = pooling.reserve;
      reserveAfter = pooling.reserveAfter;
      connectionsPerDatabase = pooling.connectionsPerDatabase;
      connectionsPerRole = pooling.connectionsPerRole;
      waitTimeout = pooling.waitTimeout;
      idleTimeout = pooling.idleTimeout;
      lifetime = pooling.lifetime;
      checkAfter = pooling.checkAfter;
      idleInTransactionTimeout = pooling.idleInTransactionTimeout;
      sessionState = pooling.sessionState;
      noticeOnPin = pooling.noticeOnPin;
      preparedStatements = pooling.preparedStatements;
    }

    private Pooling pooling() {
      return new Pooling(
          mode,
          size,
          minimum,
          reserve,
          reserveAfter,
          connectionsPerDatabase,
          connectionsPerRole,
          waitTimeout,
          idleTimeout,
          lifetime,
          checkAfter,
          idleInTransactionTimeout,
          sessionState,
          noticeOnPin,
          preparedStatements);
    }

    public Settings mode(Mode value) {
      mode = value;
      return this;
    }

    public Settings size(int value) {
      size = value;
      return this;
    }

    public Settings minimum(int value) {
      minimum = value;
      return this;
    }

    public Settings reserve(int value) {
      reserve = value;
      return this;
    }

    public Settings reserveAfter(Duration value) {
      reserveAfter = value;
      return this;
    }

    public Settings connectionsPerDatabase(int value) {
      connectionsPerDatabase = value;
      return this;
    }

    public Settings connectionsPerRole(int value) {
      connectionsPerRole = value;
      return this;
    }

    public Settings waitTimeout(Duration value) {
      waitTimeout = value;
      return this;
    }

    public Settings idleTimeout(Duration value) {
      idleTimeout = value;
      return this;
    }

    public Settings lifetime(Duration value) {
      lifetime = value;
      return this;
    }

    public Settings checkAfter(Duration value) {
      checkAfter = value;
      return this;
    }

    public Settings idleInTransactionTimeout(Duration value) {
      idleInTransactionTimeout = value;
      return this;
    }

    public Settings sessionState(SessionState value) {
      sessionState = value;
      return this;
    }

    public Settings noticeOnPin(boolean value) {
      noticeOnPin = value;
      return this;
    }

    public Settings preparedStatements(int value) {
      preparedStatements = value;
      return this;
    }
  }
}
