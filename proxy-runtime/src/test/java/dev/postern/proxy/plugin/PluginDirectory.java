package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.ConfigurationFile;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractStringAssert;

/** An installation's plugin directory, with an authenticator and a router to begin with. */
final class PluginDirectory {
  static final String HEAD =
      """
      listeners: [{host: 127.0.0.1, port: 0}]
      """;
  static final String PLAIN =
      HEAD
          + """
          authenticator: {plugin: auth}
          router: {plugin: routes, config: {port: 5432}}
          """;

  private final Path home;
  private final Path plugins;

  PluginDirectory(Path home) throws IOException {
    this.home = home;
    this.plugins = Files.createDirectory(home.resolve("plugins"));
    // The umask of whoever runs the tests is not the matter of most of them.
    Files.setPosixFilePermissions(plugins, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The installation. */
  Path home() {
    return home;
  }

  Path path() {
    return plugins;
  }

  PluginJar jar(String name) {
    return PluginJar.at(plugins.resolve(name));
  }

  Path folder(String name) throws IOException {
    return Files.createDirectory(plugins.resolve(name));
  }

  /** The two plugins that every configuration needs. */
  PluginDirectory withBasics() throws IOException {
    PluginSources.authenticator(jar("auth.jar"), "auth", "throw new IllegalStateException();")
        .build();
    return withRouter();
  }

  PluginDirectory withRouter() throws IOException {
    PluginSources.router(jar("routes.jar"), "routes").build();
    return this;
  }

  Plugins load(String yaml) throws PluginLoadException {
    return Plugins.load(jars(), selection(yaml), environment());
  }

  /** Without digests. */
  PluginJars jars() {
    return new PluginJars(plugins, null, home);
  }

  Plugins load() throws PluginLoadException {
    return load(PLAIN);
  }

  /**
   * These plugins stop the start, with this message, which names the jar, the reason and the
   * remedy.
   */
  void assertRefused(String message) {
    assertRefused(PLAIN, message);
  }

  void assertRefused(String yaml, String message) {
    assertThat(refusal(yaml)).hasMessage(message);
  }

  AbstractStringAssert<?> assertRefusedWith(String start) {
    return assertRefusedWith(PLAIN, start);
  }

  AbstractStringAssert<?> assertRefusedWith(String yaml, String start) {
    return assertThat(refusal(yaml).getMessage()).startsWith(start);
  }

  private PluginLoadException refusal(String yaml) {
    return catchThrowableOfType(PluginLoadException.class, () -> load(yaml));
  }

  PluginEnvironment environment() {
    return new PluginEnvironment(
        home,
        home.resolve("data"),
        _ -> Optional.empty(),
        InstantSource.fixed(Instant.EPOCH),
        Map.of());
  }

  /** In which plugins have to be there this soon. */
  PluginEnvironment environment(Duration loadPatience) {
    PluginEnvironment usual = environment();
    return new PluginEnvironment(
        usual.home(),
        usual.dataDirectory(),
        usual.users(),
        usual.clock(),
        usual.variables(),
        usual.shared(),
        loadPatience,
        usual.closePatience(),
        usual.threadPatience());
  }

  PluginSelection selection(String yaml) {
    try {
      Configuration configuration = ConfigurationFile.parse(yaml, home);
      return PluginSelection.of(configuration);
    } catch (ConfigurationException e) {
      throw new AssertionError(e);
    }
  }

  /** What the authenticator of such a plugin answers. */
  static String ask(Plugins plugins) throws AuthenticationException {
    PluginSet set = plugins.enter();
    try {
      return ask(set);
    } finally {
      set.leave();
    }
  }

  /** What the authenticator of a session's plugins answers. */
  static String ask(PluginSet set) throws AuthenticationException {
    AuthenticationExchange exchange =
        (AuthenticationExchange)
            Proxy.newProxyInstance(
                PluginDirectory.class.getClassLoader(),
                new Class<?>[] {AuthenticationExchange.class},
                (_, _, _) -> {
                  throw new AssertionError("not to be used");
                });
    try {
      return set.authenticate(exchange, new Asked()).name();
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
