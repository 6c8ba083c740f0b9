package dev.postern.it;

import dev.postern.api.PluginFactory;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.plugin.InstanceView;
import dev.postern.proxy.plugin.PluginEnvironment;
import dev.postern.proxy.plugin.PluginJars;
import dev.postern.proxy.plugin.PluginLoadException;
import dev.postern.proxy.plugin.PluginSelection;
import dev.postern.proxy.plugin.Plugins;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.server.GatewayControl;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An installation that serves, while tests break what it was started from and put it right again.
 */
final class BreakableInstallation implements AutoCloseable {
  private static final String ROLE = "outlives_broken_plugins";

  /** The parts of a configuration that nothing is tested of. */
  static final String LISTENERS = "listeners: [{host: 127.0.0.1, port: 0}]\n";

  static final String AUTHENTICATOR = "authenticator: {plugin: scram}\n";

  static final String ROUTER =
      """
      router:
        plugin: static-routes
        config:
          routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
      """;

  private final Path home;
  private final String yaml;
  private final List<Class<? extends PluginFactory<?>>> bundled;
  private final Gateway gateway;
  private final GatewayControl control;

  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  static String router() {
    return ROUTER.formatted(Gateways.server().port());
  }

  /**
   * Starts it.
   *
   * @param yaml the good configuration
   * @param bundled the plugins that are installed
   */
  BreakableInstallation(Path home, String yaml, List<Class<? extends PluginFactory<?>>> bundled)
      throws Exception {
    this.home = home;
    this.yaml = yaml;
    this.bundled = bundled;
    Files.createDirectories(home.resolve("conf"));
    repair();
    gateway = Gateway.start(configuration(), home);
    Installations.addUser(gateway, ROLE);
    control = new GatewayControl(gateway, this::configuration, "test", _ -> {});
  }

  Path plugins() {
    return home.resolve("plugins");
  }

  Path plugin(String name) {
    return plugins().resolve(name);
  }

  Path path(String name) {
    return home.resolve(name);
  }

  Path conf(String name) {
    return home.resolve("conf").resolve(name);
  }

  String goodYaml() {
    return yaml;
  }

  void write(String text) throws IOException {
    Files.writeString(conf("postern.yaml"), text);
  }

  /** The digests of all jars, some of them changed; an empty one is left out. */
  String pins(Map<String, String> changed) throws Exception {
    return Installations.pins(plugins(), changed);
  }

  /** Puts everything back that it was started from. */
  void repair() throws Exception {
    repairPlugins();
    repairConfiguration();
  }

  private void repairPlugins() throws Exception {
    delete(plugins());
    Files.createDirectories(plugins());
    Files.setPosixFilePermissions(plugins(), PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Class<? extends PluginFactory<?>> factory : bundled) {
      BundledPlugins.shipped(factory, plugins());
    }
    TestPlugins.good().write(plugin("made.jar"));
  }

  /** The same where only files in {@code conf/} were broken. */
  void repairConfiguration() throws IOException {
    delete(conf("tenants.yaml"));
    Files.writeString(conf("tenants.yaml"), BrokenSettings.TENANTS);
    write(yaml);
  }

  private static void delete(Path path) throws IOException {
    if (Files.isDirectory(path) && !Files.isSymbolicLink(path)) {
      List<Path> children;
      try (Stream<Path> list = Files.list(path)) {
        children = list.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path child : children) {
        delete(child);
      }
    }
    Files.deleteIfExists(path);
  }

  private Configuration configuration() throws ConfigurationException {
    return ConfigurationFile.load(conf("postern.yaml"), home);
  }

  /** What {@code postern config check} says of it as it is now; {@code null}: it is good. */
  @Nullable String check() {
    try {
      Configuration configuration = configuration();
      Plugins.check(
          PluginJars.of(configuration.plugins(), home), PluginSelection.of(configuration));
      return null;
    } catch (ConfigurationException | PluginLoadException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Why {@code postern run} would not begin to serve; {@code null}: it would. */
  @Nullable String start() {
    try {
      Configuration configuration = configuration();
      Plugins.load(
              PluginJars.of(configuration.plugins(), home),
              PluginSelection.of(configuration),
              new PluginEnvironment(home, home.resolve("elsewhere"), gateway.users()))
          .close();
      return null;
    } catch (ConfigurationException | PluginLoadException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Why {@code postern plugin reload} changes nothing; {@code null}: it does. */
  @Nullable String reload() {
    try {
      Set<String> names = new TreeSet<>(gateway.plugins().names());
      names.addAll(PluginSelection.of(configuration()).names());
      control.reload(List.copyOf(names));
      return null;
    } catch (AdminException | ConfigurationException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The instances in service, each with when it was made. */
  List<Instant> inService() {
    return gateway.plugins().instances().stream()
        .filter(InstanceView::inService)
        .map(InstanceView::createdAt)
        .toList();
  }

  String ask() {
    try (WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      return client.queryOne("SELECT 'served'");
    }
  }

  @Override
  public void close() {
    gateway.close();
  }
}
