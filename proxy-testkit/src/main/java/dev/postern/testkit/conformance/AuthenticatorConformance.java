package dev.postern.testkit.conformance;

import dev.postern.api.Plugin;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.spi.FakeExchange;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * What every authenticator has to hold. Clients log in over TLS with right and wrong credentials,
 * with none, huge ones and such that hold a NUL, under names that are not to be found and names
 * that a query language may stumble over; they fall silent, go away and break the protocol in the
 * middle of the exchange, and come many at once. Whoever does not prove who it is is refused with
 * {@code 28xxx}, soon, and not told why.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicNode> conforms() {
 *   return AuthenticatorConformance.of(new HttpLogin(), Map.of("url", url, "timeout", "5s"))
 *       .login("alice", "secret")
 *       .tests();
 * }
 * }</pre>
 *
 * <p>Takes some seconds. Needs what a {@link PostgresServer} needs. Used by one thread.
 *
 * @param <C> the configuration record
 */
public final class AuthenticatorConformance<C extends Record> {
  private final AuthenticatorFactory<C> factory;
  private final Map<String, Object> config;
  private String user = "";
  private String password = "";
  private boolean stored;
  private boolean asksForNothing;
  private @Nullable PostgresServer server;
  private @Nullable Path jar;

  private AuthenticatorConformance(AuthenticatorFactory<C> factory, Map<String, Object> config) {
    this.factory = factory;
    this.config = Map.copyOf(config);
  }

  /**
   * The tests for one plugin with one configuration.
   *
   * @param config what stands in the {@code config} section, by its keys. Paths in it are best
   *     absolute
   */
  public static <C extends Record> AuthenticatorConformance<C> of(
      AuthenticatorFactory<C> factory, Map<String, Object> config) {
    return new AuthenticatorConformance<>(factory, config);
  }

  /** Who is let in, and by which password. Has to be said. */
  public AuthenticatorConformance<C> login(String name, String itsPassword) {
    user = name;
    password = itsPassword;
    return this;
  }

  /** The user has to be in Postern's store, with the password of {@link #login}. */
  public AuthenticatorConformance<C> inStore() {
    stored = true;
    return this;
  }

  /**
   * The plugin decides by something else than a password, such as the address: what only a password
   * can show is left out.
   */
  public AuthenticatorConformance<C> askingForNothing() {
    asksForNothing = true;
    return this;
  }

  /** The server behind; else the JVM's {@link PostgresServer#shared() shared} one. */
  public AuthenticatorConformance<C> server(PostgresServer given) {
    server = given;
    return this;
  }

  /** The plugin as it is shipped; see {@link InterceptorConformance#jar}. */
  public AuthenticatorConformance<C> jar(Path file) {
    jar = file;
    return this;
  }

  /**
   * For a method with {@code @TestFactory}. JUnit closes the stream, and what was opened with it.
   */
  public Stream<DynamicNode> tests() {
    if (user.isEmpty()) {
      throw new IllegalStateException("nobody is let in: say who with login(...)");
    }
    List<AutoCloseable> open = new ArrayList<>();
    LoginStage stage =
        new LoginStage(this::postgres, factory, config, user, password, stored, open);
    AuthenticatorScenarios scenarios = new AuthenticatorScenarios(stage);
    List<DynamicNode> nodes = new ArrayList<>();
    nodes.add(
        DynamicContainer.dynamicContainer(
            "the factory of " + factory.name(),
            new FactoryPromises<>(factory, config, this::use).tests()));
    nodes.add(DynamicTest.dynamicTest("the right credentials", scenarios::right));
    nodes.add(DynamicTest.dynamicTest("names that are not to be found", scenarios::unknownNames));
    if (!asksForNothing) {
      nodes.add(DynamicTest.dynamicTest("wrong credentials", scenarios::wrong));
      nodes.add(DynamicTest.dynamicTest("odd credentials", scenarios::odd));
      nodes.add(DynamicTest.dynamicTest("clients that break the protocol", scenarios::broken));
      nodes.add(DynamicTest.dynamicTest("clients that fall silent", scenarios::silent));
    }
    nodes.add(DynamicTest.dynamicTest("clients that go away", scenarios::away));
    nodes.add(DynamicTest.dynamicTest("many at once", () -> scenarios.many(!asksForNothing)));
    nodes.add(DynamicTest.dynamicTest("ends with its gateway", stage::close));
    Path packed = jar;
    if (packed != null) {
      nodes.add(
          DynamicTest.dynamicTest(
              "is replaced under load, and its old loader collected",
              () ->
                  new Reloading(postgres(), packed)
                      .authenticator(
                          factory.name(),
                          config,
                          new Reloading.Login(user, password, "postgres"))));
    }
    return nodes.stream().onClose(() -> InterceptorConformance.closeAll(open));
  }

  private PostgresServer postgres() {
    return Objects.requireNonNullElseGet(server, PostgresServer::shared);
  }

  /** A login, whatever comes of it. */
  private void use(Plugin plugin) {
    Authenticator authenticator = (Authenticator) plugin;
    FakeExchange exchange =
        new FakeExchange(Samples.tlsClient(null), Samples.startup(user, "postgres"))
            .sending(password);
    authenticator.claims(exchange.client(), exchange.startup());
    try {
      authenticator.authenticate(exchange);
    } catch (AuthenticationException e) {
      if (e.getMessage() != null && !password.isEmpty() && e.getMessage().contains(password)) {
        throw new AssertionError("the password is in the text of an exception", e);
      }
    }
  }
}
