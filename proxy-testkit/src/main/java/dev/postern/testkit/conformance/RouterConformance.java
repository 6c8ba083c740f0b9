package dev.postern.testkit.conformance;

import dev.postern.api.Plugin;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;
import dev.postern.api.routing.RoutingException;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.StartupParameters;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * What every router has to hold: for users and databases that it does not know, for hostile startup
 * parameters, server names and attributes, and for many at once it gives a route or refuses, and
 * never anything else. The same question is sent to the same pool each time.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicNode> conforms() {
 *   return RouterConformance.of(new ByTenant(), config).serving("alice", "app").tests();
 * }
 * }</pre>
 *
 * <p>Takes some seconds. Needs what a {@link PostgresServer} needs. Used by one thread.
 *
 * @param <C> the configuration record
 */
public final class RouterConformance<C extends Record> {
  private final RouterFactory<C> factory;
  private final Map<String, Object> config;
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private String user = "";
  private String database = "";
  private @Nullable PostgresServer server;
  private @Nullable Path jar;

  private RouterConformance(RouterFactory<C> factory, Map<String, Object> config) {
    this.factory = factory;
    this.config = Map.copyOf(config);
  }

  /**
   * The tests for one plugin with one configuration.
   *
   * @param config what stands in the {@code config} section, by its keys. Paths in it are best
   *     absolute
   */
  public static <C extends Record> RouterConformance<C> of(
      RouterFactory<C> factory, Map<String, Object> config) {
    return new RouterConformance<>(factory, config);
  }

  /** For this user and this database there is a route. Has to be said. */
  public RouterConformance<C> serving(String name, String itsDatabase) {
    user = name;
    database = itsDatabase;
    return this;
  }

  /** An attribute that the authenticator gives to all users. */
  public RouterConformance<C> attribute(String name, String value) {
    attributes.put(name, value);
    return this;
  }

  /**
   * The plugin as it is shipped, as in {@link InterceptorConformance#jar}. The route of {@link
   * #serving} has to lead to a server that is there and lets the login in; no attribute can be
   * given then.
   */
  public RouterConformance<C> jar(Path file) {
    jar = file;
    return this;
  }

  /** The server with which a plugin's jar is tried; else {@link PostgresServer#shared()}. */
  public RouterConformance<C> server(PostgresServer given) {
    server = given;
    return this;
  }

  /**
   * For a method with {@code @TestFactory}. JUnit closes the stream, and what was opened with it.
   */
  public Stream<DynamicNode> tests() {
    if (user.isEmpty()) {
      throw new IllegalStateException("nobody is served: say who with serving(...)");
    }
    List<AutoCloseable> open = new ArrayList<>();
    RouterScenarios scenarios =
        new RouterScenarios(factory, config, user, database, attributes, open);
    List<DynamicNode> nodes = new ArrayList<>();
    nodes.add(
        DynamicContainer.dynamicContainer(
            "the factory of " + factory.name(),
            new FactoryPromises<>(factory, config, this::use).tests()));
    nodes.add(DynamicTest.dynamicTest("serves whom it should", scenarios::serves));
    nodes.add(DynamicTest.dynamicTest("the unknown and the hostile", scenarios::hostile));
    nodes.add(DynamicTest.dynamicTest("many at once", scenarios::many));
    nodes.add(DynamicTest.dynamicTest("what it is told of sessions", scenarios::notices));
    nodes.add(DynamicTest.dynamicTest("hostile logins through a gateway", scenarios::logins));
    nodes.add(DynamicTest.dynamicTest("ends with its gateway", scenarios::close));
    Path packed = jar;
    if (packed != null) {
      nodes.add(
          DynamicTest.dynamicTest(
              "is replaced under load, and its old loader collected",
              () ->
                  new Reloading(
                          Objects.requireNonNullElseGet(server, PostgresServer::shared), packed)
                      .router(factory.name(), config, new Reloading.Login(user, "", database))));
    }
    return nodes.stream().onClose(() -> InterceptorConformance.closeAll(open));
  }

  private void use(Plugin plugin) throws RoutingException {
    StartupParameters startup = Samples.startup(user, database);
    AuthenticatedUser known = AuthenticatedUser.named(user).withAttributes(attributes);
    ((Router) plugin).route(new RoutingRequest(Samples.client(), startup, known));
  }
}
