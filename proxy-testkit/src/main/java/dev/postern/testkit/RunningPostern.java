package dev.postern.testkit;

import dev.postern.api.PluginContext;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.routing.Router;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.plugin.InstanceContext;
import dev.postern.proxy.plugin.NamedInterceptor;
import dev.postern.proxy.plugin.PluginEnvironment;
import dev.postern.proxy.plugin.PluginSource;
import dev.postern.proxy.server.ProxyServer;
import dev.postern.proxy.user.ImportedUser;
import dev.postern.proxy.user.UserStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A whole Postern in the test's own process, with an installation in a temporary directory, on a
 * free port of the loopback interface. Safe for use by many threads, except for {@link #restart}
 * and {@link #close}.
 *
 * <pre>{@code
 * try (RunningPostern postern =
 *     RunningPostern.builder().backend(server).interceptor("mine", interceptor).start()) {
 *   server.createRole("alice", "secret");
 *   postern.importUser(server, "alice");
 *   Connection connection =
 *       DriverManager.getConnection(postern.jdbcUrl("postgres"), "alice", "secret");
 * }
 * }</pre>
 */
public final class RunningPostern implements AutoCloseable {
  static final String CERTIFICATE = "conf/server.crt";
  static final String KEY = "conf/server.key";

  private final PosternBuilder builder;
  private final Path home;
  private final Thread cleaner = new Thread(this::discard, "postern-cleaner");
  private @Nullable Parts parts;

  /** What runs. */
  private record Parts(UserStore users, ProxyServer server, List<AutoCloseable> plugins) {}

  /** What a plugin is made with. */
  record Workshop(Path home, UserStore users, List<AutoCloseable> made) {
    Binder binder() {
      return new Binder(home, System.getenv());
    }

    PluginContext context(String instanceName) {
      InstanceContext context =
          new InstanceContext(
              instanceName,
              new PluginEnvironment(home, home.resolve("data"), users),
              RunningPostern.class.getClassLoader());
      made.addFirst(context);
      return context;
    }
  }

  private RunningPostern(PosternBuilder builder, Path home) {
    this.builder = builder;
    this.home = home;
  }

  public static PosternBuilder builder() {
    return new PosternBuilder();
  }

  static RunningPostern start(PosternBuilder builder) {
    try {
      RunningPostern postern =
          new RunningPostern(builder, Files.createTempDirectory("postern-home"));
      Runtime.getRuntime().addShutdownHook(postern.cleaner);
      postern.install();
      postern.launch();
      return postern;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return address().getPort();
  }

  public InetSocketAddress address() {
    return server().addresses().getFirst();
  }

  /** Whether the listener has a certificate. */
  public boolean isTls() {
    return builder.certificate != null;
  }

  /** For pgjdbc. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(host(), port(), database);
  }

  /** The installation. */
  public Path home() {
    return home;
  }

  /** Postern's own users. */
  public UserStore users() {
    return running().users();
  }

  /** The engine, to look at it or to drain it. */
  public ProxyServer server() {
    return running().server();
  }

  /** Adds a user to the store, or gives it this password. */
  public void addUser(String name, String password) {
    addUser(name, TestVerifiers.of(password));
  }

  /** Adds a user to the store, or gives it this verifier. */
  public void addUser(String name, ScramVerifier verifier) {
    users().importAll(List.of(new ImportedUser(name, verifier, null)));
  }

  /** Copies a role's verifier from a server, so that the same password logs in at both. */
  public void importUser(PostgresServer server, String role) {
    addUser(role, ScramVerifier.parse(server.verifierOf(role)));
  }

  /** Stops and starts again with the same installation, on another port. */
  public void restart() {
    stop();
    try {
      launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends all sessions and removes the installation. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(cleaner);
    discard();
  }

  private void install() throws IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.createDirectories(home.resolve("plugins"));
    Files.writeString(file(), builder.configuration.toYaml());
    if (builder.certificate != null) {
      builder.certificate.writeChain(home.resolve(CERTIFICATE));
      builder.certificate.writeKey(home.resolve(KEY));
    }
  }

  private Path file() {
    return home.resolve("conf/postern.yaml");
  }

  private void launch() throws IOException {
    List<AutoCloseable> plugins = new ArrayList<>();
    UserStore users = null;
    try {
      Configuration configuration = ConfigurationFile.load(file(), home);
      users =
          UserStore.open(
              configuration.store().effectiveDirectory(home),
              configuration.store().effectiveBackendPasswordKey(home));
      PluginSource serverPlugins = plugins(new Workshop(home, users, plugins));
      parts = new Parts(users, ProxyServer.start(configuration, users, serverPlugins), plugins);
    } catch (IOException | RuntimeException e) {
      closeAll(plugins, users);
      throw e;
    } catch (Exception e) {
      closeAll(plugins, users);
      throw new IllegalStateException("Postern did not start: " + e.getMessage(), e);
    }
  }

  private PluginSource plugins(Workshop workshop) throws Exception {
    List<AutoCloseable> made = workshop.made();
    Authenticator authenticator = builder.authenticator.make(workshop);
    made.addFirst(authenticator);
    Router router =
        Objects.requireNonNull(builder.router, "no router: say where sessions go").make(workshop);
    made.addFirst(router);
    List<NamedInterceptor> interceptors = new ArrayList<>();
    for (Map.Entry<String, PosternBuilder.Maker<MessageInterceptor>> entry :
        builder.interceptors.entrySet()) {
      MessageInterceptor interceptor = entry.getValue().make(workshop);
      made.addFirst(interceptor);
      interceptors.add(new NamedInterceptor(entry.getKey(), interceptor));
    }
    return PluginSource.fixed(authenticator, router, interceptors);
  }

  private void stop() {
    Parts stopping = parts;
    parts = null;
    if (stopping != null) {
      stopping.server().close();
      closeAll(stopping.plugins(), stopping.users());
    }
  }

  private void discard() {
    stop();
    TemporaryFiles.delete(home);
  }

  private static void closeAll(List<AutoCloseable> plugins, @Nullable UserStore users) {
    for (AutoCloseable plugin : plugins) {
      try {
        plugin.close();
      } catch (Exception e) {
        throw new IllegalStateException("a plugin did not close", e);
      }
    }
    if (users != null) {
      users.close();
    }
  }

  private Parts running() {
    Parts running = parts;
    if (running == null) {
      throw new IllegalStateException("Postern does not run");
    }
    return running;
  }
}
