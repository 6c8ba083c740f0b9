package dev.postern.testkit.conformance;

import dev.postern.api.PluginContext;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;
import dev.postern.api.routing.RoutingException;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.spi.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What routers are asked. Used by one thread. */
final class RouterScenarios {
  private static final int THREADS = 8;
  private static final int QUESTIONS = 200;

  private static final List<String> ODD =
      List.of(
          "nobody_of_this_name",
          "*",
          " ",
          "\n",
          "'",
          "\"",
          "a.b.c",
          "../../etc/passwd",
          "${jndi:ldap://127.0.0.1/x}",
          "%s%n{0}\\",
          "\u202e\ud83d\udd11\ud800",
          "(((((((((((a+)+)+)+)+)+",
          "x".repeat(5000));

  private final RouterFactory<?> factory;
  private final Map<String, Object> config;
  private final String user;
  private final String database;
  private final Map<String, String> attributes;
  private final List<AutoCloseable> open;
  private final AtomicReference<@Nullable Router> made = new AtomicReference<>();
  private @Nullable RunningPostern postern;

  RouterScenarios(
      RouterFactory<?> factory,
      Map<String, Object> config,
      String user,
      String database,
      Map<String, String> attributes,
      List<AutoCloseable> open) {
    this.factory = factory;
    this.config = config;
    this.user = user;
    this.database = database;
    this.attributes = Map.copyOf(attributes);
    this.open = open;
  }

  void serves() {
    Route first = served();
    Route second = served();
    if (!first.name().equals(second.name()) || !first.pooling().equals(second.pooling())) {
      throw new AssertionError(
          "the same question gives %s, and then %s: other pools".formatted(first, second));
    }
  }

  private Route served() {
    Route route = ask(request(user, database, Map.of(), Samples.client(), attributes));
    if (route == null) {
      throw new AssertionError(
          "there is no route for user %s and database %s".formatted(user, database));
    }
    return route;
  }

  void hostile() {
    questions().forEach(this::ask);
    served();
  }

  private List<RoutingRequest> questions() {
    List<RoutingRequest> questions = new ArrayList<>();
    for (String odd : ODD) {
      questions.add(request(odd, database, Map.of(), Samples.client(), attributes));
      questions.add(request(user, odd, Map.of(), Samples.client(), attributes));
      questions.add(request(user, database, Map.of(), Samples.tlsClient(odd), attributes));
      for (String name :
          List.of("application_name", "options", "replication", "search_path", odd)) {
        questions.add(request(user, database, Map.of(name, odd), Samples.client(), attributes));
      }
      Map<String, String> others = new LinkedHashMap<>();
      attributes.keySet().forEach(name -> others.put(name, odd));
      others.put(odd, odd);
      questions.add(request(user, database, Map.of(), Samples.client(), others));
    }
    questions.add(request(user, "", Map.of(), Samples.tlsClient(null), Map.of()));
    questions.add(
        new RoutingRequest(
            Samples.client(),
            new StartupParameters(Map.of("user", user)),
            AuthenticatedUser.named(user)));
    return questions;
  }

  private static RoutingRequest request(
      String user,
      String database,
      Map<String, String> more,
      ClientInfo client,
      Map<String, String> attributes) {
    Map<String, String> parameters = new LinkedHashMap<>(more);
    parameters.put("user", user);
    parameters.put("database", database);
    return new RoutingRequest(
        client,
        new StartupParameters(parameters),
        AuthenticatedUser.named(user).withAttributes(attributes));
  }

  /** A route, or {@code null} where it is left to others or refused. */
  private @Nullable Route ask(RoutingRequest request) {
    try {
      return router().route(request);
    } catch (RoutingException e) {
      if (e.sqlState().code().equals("XX000")) {
        throw new AssertionError("refused as an internal error", e);
      }
      return null;
    } catch (RuntimeException e) {
      throw new AssertionError(
          "user %s, database %s: %s (expected: a route or a RoutingException)"
              .formatted(request.user().name(), request.startup().database(), e),
          e);
    }
  }

  void many() throws Exception {
    List<RoutingRequest> questions = questions();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int from = i;
        running.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < QUESTIONS; n++) {
                    ask(questions.get((from * 31 + n) % questions.size()));
                    Route route = served();
                    Backend backend = route.backends().getFirst();
                    router().sessionOpened(route, backend);
                    router().sessionClosed(route, backend);
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
  }

  /** Servers that fail, also all of them, are an order to be changed, and no reason to throw. */
  void notices() {
    Route route = served();
    for (Backend backend : route.backends()) {
      router().sessionOpened(route, backend);
      router().backendFailed(route, backend, "on purpose\n\u0000");
    }
    served();
    for (Backend backend : route.backends()) {
      router().sessionClosed(route, backend);
    }
    served();
  }

  /** What comes over the wire ends in a session or in one refusal. */
  void logins() {
    for (String odd : ODD) {
      login("user", odd, "database", database);
      login("user", user, "database", odd);
      login("user", user, "database", database, "application_name", odd);
    }
  }

  private void login(String... startup) {
    try (WireClient client = WireClient.connect(gateway().address())) {
      client.patience(Duration.ofSeconds(30));
      client.send(FrontendPackets.startup(startup));
      WireMessage message = client.receive();
      while (message.type() != 'Z' && message.type() != 'E') {
        message = client.receive();
      }
      if (message.type() == 'E' && message.sqlState().equals("XX000")) {
        throw new AssertionError("the router failed: " + message);
      }
    }
  }

  void close() {
    RunningPostern closing = postern;
    postern = null;
    made.set(null);
    if (closing != null) {
      open.remove(closing);
      closing.close();
    }
  }

  private Router router() {
    Router router = made.get();
    return router == null ? fromGateway() : router;
  }

  private synchronized Router fromGateway() {
    RunningPostern _ = gateway();
    Router router = made.get();
    if (router == null) {
      throw new IllegalStateException("the gateway has made no router");
    }
    return router;
  }

  private synchronized RunningPostern gateway() {
    RunningPostern running = postern;
    if (running == null) {
      running =
          RunningPostern.builder()
              .setting("timeouts.connect", "2s")
              .authenticator(
                  exchange ->
                      AuthenticatedUser.named(exchange.startup().user()).withAttributes(attributes))
              .router(noted(factory), config)
              .start();
      postern = running;
      open.add(running);
    }
    return running;
  }

  /** The same factory, of which the router can be had. */
  private <C extends Record> RouterFactory<C> noted(RouterFactory<C> given) {
    return new RouterFactory<>() {
      @Override
      public String name() {
        return given.name();
      }

      @Override
      public Class<C> configType() {
        return given.configType();
      }

      @Override
      public Router create(C settings, PluginContext context) throws Exception {
        Router router = given.create(settings, context);
        made.set(router);
        return router;
      }
    };
  }
}
