package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.backend.BackendLogins;
import dev.postern.proxy.backend.BackendRefusedException;
import dev.postern.proxy.backend.Credentials;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.Pools;
import dev.postern.proxy.pool.Question;
import dev.postern.proxy.pool.ServerParameters;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a session in session, transaction or statement pooling begins with.
 *
 * @param parameters what the client is told of the server
 * @param backend the session's own, until its end; {@code null} where it takes one for each
 *     transaction
 */
record PoolCheckout(Pool pool, ServerParameters parameters, @Nullable PooledBackend backend) {
  /**
   * What a client may ask for at its start and servers report, so that connections need not differ
   * in it: it is set for each client. In lower case.
   */
  private static final Set<String> SET_FOR_CLIENTS =
      Set.of(
          "application_name",
          "client_encoding",
          "datestyle",
          "intervalstyle",
          "timezone",
          "standard_conforming_strings");

  /** Whether sessions on this route share connections. */
  static boolean isPooled(Route route, StartupParameters startup) {
    return route.pooling().mode() != Pooling.Mode.DEDICATED && !startup.replication();
  }

  /**
   * Finds a place for a session in the pool of the first of a route's servers that serves it.
   * Blocks; on the session's virtual thread.
   */
  static PoolCheckout open(
      BackendLogins logins,
      Pools pools,
      Router router,
      PooledLogin login,
      ProtocolVersion version,
      BlockingChannel client)
      throws SessionException, InterruptedException {
    return logins.first(
        login.route(),
        router,
        login.user(),
        client.deadline(),
        (server, credentials, last) ->
            login.route().pooling().mode() == Pooling.Mode.SESSION
                ? forSession(
                    enter(pools, login, server, credentials, version, login.startup()),
                    login,
                    client)
                : forTransactions(pools, login, server, credentials, version, client));
  }

  private static Pool enter(
      Pools pools,
      PooledLogin login,
      Backend server,
      Credentials credentials,
      ProtocolVersion version,
      StartupParameters startup) {
    Route route = login.route();
    StartupMessage message = BackendLogins.startupMessage(route, credentials, version, startup);
    String owner = route.login().password() == null ? login.user().name() : null;
    return pools.enter(route.name(), server, message, credentials, route.pooling(), owner);
  }

  private static PoolCheckout forSession(Pool pool, PooledLogin login, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    boolean entered = false;
    try {
      PooledBackend backend = PoolWait.acquire(pool, login, client);
      if (backend.parameters().isOfStandby()) {
        lookWhetherItIsOne(backend, client);
      }
      entered = true;
      return new PoolCheckout(pool, backend.parameters(), backend);
    } finally {
      if (!entered) {
        pool.sessionClosed();
      }
    }
  }

  /** Servers do not report by themselves that they are no standby any more. */
  private static void lookWhetherItIsOne(PooledBackend backend, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    boolean answered = false;
    try {
      ErrorResponse error = PoolWait.ask(backend, List.of(""), client);
      if (error != null) {
        throw new IOException("the server does not answer: " + error.message());
      }
      answered = true;
    } finally {
      if (!answered) {
        client.eventLoop().execute(backend::giveBack);
      }
    }
  }

  private static PoolCheckout forTransactions(
      Pools pools,
      PooledLogin login,
      Backend server,
      Credentials credentials,
      ProtocolVersion version,
      BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    Map<String, String> opening = new LinkedHashMap<>();
    Map<String, String> settings = new LinkedHashMap<>();
    login
        .startup()
        .values()
        .forEach(
            (name, value) ->
                (SET_FOR_CLIENTS.contains(name.toLowerCase(Locale.ROOT)) ? settings : opening)
                    .put(name, value));
    Pool pool = enter(pools, login, server, credentials, version, new StartupParameters(opening));
    boolean entered = false;
    try {
      ServerParameters parameters = learn(pool, settings, login, client);
      entered = true;
      return new PoolCheckout(pool, parameters, null);
    } finally {
      if (!entered) {
        pool.sessionClosed();
      }
    }
  }

  /** What a server makes of a client's settings; one of the logins that wait for it asks. */
  private static ServerParameters learn(
      Pool pool, Map<String, String> settings, PooledLogin login, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    while (true) {
      Question question = pool.question(settings, client.eventLoop());
      if (question.begin()) {
        return askForAll(question, pool, login, client);
      }
      ServerParameters parameters = PoolWait.answer(question, pool, login, client);
      if (parameters != null) {
        return parameters;
      }
    }
  }

  private static ServerParameters askForAll(
      Question question, Pool pool, PooledLogin login, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    try {
      return ask(question, pool, login, client);
    } catch (SessionException | IOException e) {
      if (client.deadline().remainingNanos() > 0 && client.channel().isActive()) {
        question.failed(e);
      }
      throw e;
    } finally {
      question.abandoned();
    }
  }

  private static ServerParameters ask(
      Question question, Pool pool, PooledLogin login, BlockingChannel client)
      throws SessionException, IOException, InterruptedException {
    PooledBackend backend = PoolWait.acquire(pool, login, client);
    try {
      List<String> statements = new ArrayList<>();
      String others = backend.parameters().changesTo(backend.initial(), backend.initial());
      if (others != null) {
        statements.add(others);
      }
      if (!question.settings().isEmpty()) {
        statements.add(backend.parameters().settings(question.settings()));
      }
      if (statements.isEmpty() && backend.parameters().isOfStandby()) {
        statements.add(""); // with whatever it answers it says whether it still is one
      }
      ErrorResponse error = statements.isEmpty() ? null : PoolWait.ask(backend, statements, client);
      if (error != null) {
        throw new BackendRefusedException(
            ErrorResponse.fatal(
                error.sqlState() == null ? SqlState.INTERNAL_ERROR : error.sqlState(),
                error.message()),
            "; it was asked to take the client's startup parameters",
            pool.key().server());
      }
      ServerParameters parameters = backend.parameters();
      if (parameters.values().isEmpty()) {
        throw new SessionException(
            SqlState.CONNECTION_FAILURE, FailureKind.BACKEND, "the server reports no parameters");
      }
      question.answered(parameters, pool.isUpToDate(backend));
      return parameters;
    } finally {
      client.eventLoop().execute(backend::giveBack);
    }
  }

  /** The session does not begin after all. */
  void cancel(EventLoop eventLoop) {
    PooledBackend unused = backend;
    if (unused != null) {
      eventLoop.execute(unused::giveBack);
    }
    pool.sessionClosed();
  }
}
