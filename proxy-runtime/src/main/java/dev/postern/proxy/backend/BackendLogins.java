package dev.postern.proxy.backend;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.scram.SaltedPasswords;
import dev.postern.proxy.tls.BackendTlsContexts;
import dev.postern.proxy.tls.EndpointBinding;
import dev.postern.proxy.user.BackendCredential;
import dev.postern.proxy.user.BackendMappings;
import dev.postern.proxy.user.StoreException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens the first of a route's servers that answers and logs in there. Safe for use by many
 * threads; blocks, on virtual threads.
 */
public final class BackendLogins {
  /** A server that was silent for so long is taken for one that does not answer. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Of how many servers it is known whether they take connections. */
  private static final int MAX_SERVERS = 1000;

  private final BackendConnector connector;
  private final BackendMappings mappings;
  private final SaltedPasswords passwords;
  private final ConcurrentMap<String, Reachability> servers = new ConcurrentHashMap<>();

  public BackendLogins(
      BackendConnector connector, BackendMappings mappings, SaltedPasswords passwords) {
    this.connector = connector;
    this.mappings = mappings;
    this.passwords = passwords;
  }

  /** One try to serve a session from one of a route's servers. */
  @FunctionalInterface
  public interface Attempt<T> {
    /**
     * Tries one.
     *
     * @param credentials closed when all tries are over
     * @param last whether there is no other server to try
     * @throws IOException if the server cannot be reached; the next one is tried
     */
    T at(Backend server, Credentials credentials, boolean last)
        throws SessionException, IOException, InterruptedException;
  }

  /**
   * Logs a user's session in.
   *
   * @param router told of servers that do not answer, or take nobody in
   * @param version what to speak with the server, if it can
   * @param startup what the client asked for; all of it goes on but user and database
   * @param eventLoop where the connection is to live
   * @param deadline of the whole login
   * @return a connection on which the server has sent AuthenticationOk and begun its greeting; the
   *     caller closes it
   * @throws SessionException if no server could be reached ({@code 08001}), or one refused
   */
  public BackendConnection open(
      Route route,
      Router router,
      AuthenticatedUser user,
      ProtocolVersion version,
      StartupParameters startup,
      EventLoop eventLoop,
      Deadline deadline)
      throws SessionException, InterruptedException {
    return first(
        route,
        router,
        user,
        deadline,
        (server, credentials, last) ->
            logIn(
                server,
                credentials,
                startupMessage(route, credentials, version, startup),
                eventLoop,
                deadline,
                last));
  }

  /**
   * Tries a route's servers in turn until one serves.
   *
   * @param router told of servers that do not answer
   * @throws SessionException if no server could be reached ({@code 08001}), or one refused
   */
  public <T> T first(
      Route route, Router router, AuthenticatedUser user, Deadline deadline, Attempt<T> attempt)
      throws SessionException, InterruptedException {
    try (BackendCredential mapping = mapping(route, user)) {
      Credentials credentials =
          Credentials.of(
              route.login(),
              user,
              mapping == null ? null : mapping.role(),
              mapping == null ? null : mapping.password());
      List<String> failures = new ArrayList<>();
      for (Backend backend : route.backends()) {
        boolean last = backend.equals(route.backends().getLast());
        try {
          return attempt.at(backend, credentials, last);
        } catch (IOException e) {
          String reason = String.valueOf(e.getMessage());
          failures.add(backend.address() + ": " + reason);
          router.backendFailed(route, backend, reason);
        } catch (BackendRefusedException e) {
          if (!e.isForEverybody()) {
            throw e;
          }
          String reason = String.valueOf(e.getMessage());
          failures.add(backend.address() + ": " + reason);
          router.backendFailed(route, backend, reason);
          if (backend.equals(route.backends().getLast())) {
            throw e;
          }
        }
        if (deadline.remainingNanos() <= 0) {
          break;
        }
      }
      throw new BackendUnavailableException(
          "no backend of route \"" + route.name() + "\" answered: " + String.join("; ", failures));
    }
  }

  /**
   * Logs in to one server.
   *
   * @return a connection on which the server has sent AuthenticationOk; the caller closes it
   */
  public BackendConnection logIn(
      Backend server,
      Credentials credentials,
      StartupMessage message,
      EventLoop eventLoop,
      Deadline deadline)
      throws SessionException, IOException, InterruptedException {
    return logIn(server, credentials, message, eventLoop, deadline, true);
  }

  private @Nullable BackendCredential mapping(Route route, AuthenticatedUser user)
      throws SessionException {
    if (!Credentials.wantMapping(route.login())) {
      return null;
    }
    try {
      return mappings.credential(user.name(), route.name()).orElse(null);
    } catch (StoreException e) {
      throw new SessionException(
          SqlState.INTERNAL_ERROR,
          FailureKind.PROXY,
          "the gateway could not log in to the server",
          "the user's mapping cannot be read: " + e.getMessage(),
          e);
    }
  }

  /** What a session's connection to a server of the route is opened with. */
  public static StartupMessage startupMessage(
      Route route, Credentials credentials, ProtocolVersion version, StartupParameters startup) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", credentials.role());
    String database = route.database();
    parameters.put("database", database == null ? startup.database() : database);
    startup.values().forEach(parameters::putIfAbsent);
    return new StartupMessage(version, parameters);
  }

  private BackendConnection logIn(
      Backend backend,
      Credentials credentials,
      StartupMessage message,
      EventLoop eventLoop,
      Deadline deadline,
      boolean last)
      throws SessionException, IOException, InterruptedException {
    Deadline patience = last ? deadline : deadline.orIn(connector.connectTimeout());
    try (Reachability.Attempt attempt = reachability(backend).begin(credentials.role(), patience)) {
      long begun = System.nanoTime();
      try {
        BackendConnection connection =
            attempt(backend, credentials, message, eventLoop, deadline, last);
        attempt.reached();
        return connection;
      } catch (SessionException | BackendTlsException e) {
        if (e instanceof BackendRefusedException refused && isForOthers(refused, message)) {
          attempt.failed(refused);
        } else {
          attempt.reached();
        }
        throw e;
      } catch (IOException e) {
        // A login that had no time left says nothing of the server.
        if (deadline.remainingNanos() > 0 || System.nanoTime() - begun >= SILENCE_NANOS) {
          attempt.failed(e);
        }
        throw e;
      }
    }
  }

  /** Whether a failed login says of the server that it takes no connections now, of nobody. */
  public static boolean isOfTheServer(Exception failure) {
    return switch (failure) {
      case BackendRefusedException refused -> refused.isForEverybody();
      case BackendTlsException _ -> false;
      case IOException _ -> true;
      default -> false;
    };
  }

  /** What is said of places for replication says nothing of others. */
  private static boolean isForOthers(BackendRefusedException refused, StartupMessage message) {
    return refused.isForEverybody()
        && !(refused.isFull() && message.parameters().containsKey("replication"));
  }

  private Reachability reachability(Backend backend) {
    if (servers.size() > MAX_SERVERS) {
      servers.values().removeIf(server -> !server.isDown());
    }
    return servers.computeIfAbsent(backend.address(), Reachability::new);
  }

  private BackendConnection attempt(
      Backend backend,
      Credentials credentials,
      StartupMessage message,
      EventLoop eventLoop,
      Deadline deadline,
      boolean last)
      throws SessionException, IOException, InterruptedException {
    BlockingChannel channel = connector.open(backend, eventLoop, deadline);
    // A server that accepts and then says nothing must not use up the time for the next one.
    channel.deadline(last ? deadline : deadline.orIn(connector.connectTimeout()));
    BackendConnection connection = new BackendConnection(backend, channel);
    boolean loggedIn = false;
    try {
      connection.send(message);
      SslHandler tls = channel.tls();
      connection.loggedIn(
          new BackendAuthentication(connection, credentials, passwords, tls != null, endpoint(tls))
              .perform());
      channel.deadline(deadline);
      connection.awaitGreeting();
      loggedIn = true;
      return connection;
    } finally {
      if (!loggedIn) {
        connection.close();
      }
    }
  }

  private static @Nullable Bytes endpoint(@Nullable SslHandler tls) {
    return tls == null
        ? null
        : BackendTlsContexts.binding(tls).map(EndpointBinding::hash).orElse(null);
  }
}
