package dev.postern.testkit.conformance;

import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A gateway with an authenticator under test, which sends everyone to a server that trusts it, and
 * clients of it. Used by one thread, but for {@link #connected}.
 */
final class LoginStage implements AutoCloseable {
  static final String DATABASE = "postgres";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Supplier<PostgresServer> server;
  private final AuthenticatorFactory<?> factory;
  private final Map<String, Object> config;
  private final String user;
  private final String password;
  private final boolean stored;
  private final List<AutoCloseable> open;
  private @Nullable RunningPostern postern;

  LoginStage(
      Supplier<PostgresServer> server,
      AuthenticatorFactory<?> factory,
      Map<String, Object> config,
      String user,
      String password,
      boolean stored,
      List<AutoCloseable> open) {
    this.server = server;
    this.factory = factory;
    this.config = config;
    this.user = user;
    this.password = password;
    this.stored = stored;
    this.open = open;
  }

  String user() {
    return user;
  }

  String password() {
    return password;
  }

  static byte[] startup(String name) {
    return FrontendPackets.startup("user", name, "database", DATABASE);
  }

  static WireClient connected(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.patience(PATIENCE);
    client.startTls(TestTls.trustingAll());
    return client;
  }

  /** Has said who it is, and may have been answered. */
  WireClient begun(RunningPostern postern) {
    WireClient client = connected(postern);
    client.send(startup(user));
    client.receive();
    return client;
  }

  /** Has been asked for a proof. */
  WireClient asked(RunningPostern postern) {
    WireClient client = connected(postern);
    client.send(startup(user));
    WireMessage request = client.receive();
    if (request.type() != 'R' || request.int32(0) == 0) {
      client.close();
      throw new AssertionError("the client is not asked for anything: " + request);
    }
    return client;
  }

  RunningPostern postern() {
    RunningPostern running = postern;
    if (running == null) {
      running = start(DEADLINE);
      postern = running;
      open.add(running);
    }
    return running;
  }

  RunningPostern start(Duration deadline) {
    PostgresServer behind = server.get();
    Backend backend = new Backend(behind.host(), behind.port(), BackendTls.DISABLED);
    BackendLogin login = new BackendLogin(PostgresServer.SUPERUSER, false, null, false, false);
    Route route = new Route("conformance", List.of(backend), null, login);
    PosternBuilder builder =
        RunningPostern.builder()
            .tls(TestCertificate.selfSigned("localhost"))
            .setting("timeouts.login", deadline.toSeconds() + "s")
            .authenticator(factory, config)
            .router(request -> route);
    try {
      RunningPostern started = builder.start();
      if (stored) {
        started.addUser(user, password);
      }
      return started;
    } catch (UncheckedIOException e) {
      throw new AssertionError("Postern does not start with this configuration", e);
    }
  }

  @Override
  public void close() {
    RunningPostern closing = postern;
    postern = null;
    if (closing != null) {
      open.remove(closing);
      closing.close();
    }
  }
}
