package dev.postern.proxy.cli;

import dev.postern.proxy.config.AdminConfig;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.config.StoreConfig;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where this Postern lies. The start script says it in the environment; what is read-only (home),
 * what the operator writes (conf) and what Postern writes (data) can lie apart.
 *
 * @param home what paths in the configuration are relative to
 * @param configurationFile {@code postern.yaml}
 * @param data the default for the user store, and for the admin socket beside it
 */
record Installation(Path home, Path configurationFile, Path data) {

  /** By {@code POSTERN_HOME}, {@code POSTERN_CONF} and {@code POSTERN_DATA}. */
  static Installation of(Map<String, String> environment) {
    Path home = path(environment, "POSTERN_HOME", Path.of("")).toAbsolutePath().normalize();
    Path conf = home.resolve(path(environment, "POSTERN_CONF", Path.of("conf")));
    Path data = home.resolve(path(environment, "POSTERN_DATA", Path.of("data")));
    return new Installation(home, conf.resolve("postern.yaml"), data);
  }

  private static Path path(Map<String, String> environment, String name, Path otherwise) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? otherwise : Path.of(value);
  }

  Installation withConfigurationFile(Path file) {
    return new Installation(home, file.toAbsolutePath().normalize(), data);
  }

  /**
   * Reads the configuration. What it leaves open about places is filled in from this installation.
   */
  Configuration configuration() throws ConfigurationException {
    Configuration file = ConfigurationFile.load(configurationFile, home);
    StoreConfig store = file.store();
    AdminConfig admin = file.admin();
    if (!data.equals(home.resolve("data"))) {
      store =
          new StoreConfig(
              store.directory() == null ? data : store.directory(), store.backendPasswordKey());
      admin = admin.socket() == null ? new AdminConfig(data.resolve("run/admin.sock")) : admin;
    }
    return new Configuration(
        file.listeners(),
        file.network(),
        file.limits(),
        file.timeouts(),
        store,
        admin,
        file.cluster(),
        file.plugins(),
        file.authenticator(),
        file.authenticators(),
        file.router(),
        file.routers(),
        file.interceptors());
  }
}
