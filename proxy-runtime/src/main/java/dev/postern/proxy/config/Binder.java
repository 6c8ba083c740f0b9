package dev.postern.proxy.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Binds nodes to records, strictly: what {@link dev.postern.api.PluginFactory} documents for
 * plugins holds for Postern's own records too. Reads secret files and environment variables that
 * the nodes refer to, nothing else.
 */
public final class Binder {
  private final Path home;
  private final Map<String, String> environment;

  /**
   * @param home what relative paths are relative to
   * @param environment what {@code {env: NAME}} refers to, usually {@link System#getenv()}
   */
  public Binder(Path home, Map<String, String> environment) {
    this.home = home.toAbsolutePath().normalize();
    this.environment = Map.copyOf(environment);
  }

  /**
   * Makes a record of a node.
   *
   * @throws ConfigurationException with everything that is wrong
   * @throws IllegalArgumentException if a component of the record has a type that is not supported
   */
  public <R extends Record> R bind(ConfigNode node, Class<R> type) throws ConfigurationException {
    Problems problems = new Problems();
    R bound = bind(node, type, problems);
    problems.throwIfAny();
    return bound;
  }

  /**
   * Makes a record of a file.
   *
   * @throws ConfigurationException with everything that is wrong
   */
  public <R extends Record> R bind(Path file, Class<R> type) throws ConfigurationException {
    return read(
        ConfigurationFile.shown(file, home),
        ConfigurationFile.read(file, home),
        type,
        (_, _, _) -> {});
  }

  /**
   * Makes a record of YAML text, for tests and tools.
   *
   * @throws ConfigurationException with everything that is wrong
   */
  public <R extends Record> R bind(String yaml, Class<R> type) throws ConfigurationException {
    return read("configuration", yaml, type, (_, _, _) -> {});
  }

  /** Makes a record of a file's text; {@code file} is its name in messages. */
  <R extends Record> R read(String file, String yaml, Class<R> type, Further<R> further)
      throws ConfigurationException {
    Problems problems = new Problems();
    Optional<ConfigNode> root = new YamlReader(file, problems).read(yaml);
    if (root.isEmpty()) {
      throw problems.toException();
    }
    R bound = bind(root.get(), type, problems);
    further.check(bound, root.get(), problems);
    problems.throwIfAny();
    return bound;
  }

  private <R extends Record> R bind(ConfigNode node, Class<R> type, Problems problems)
      throws ConfigurationException {
    Object bound = new Binding(home, environment, problems).value(node, type);
    if (bound == null) {
      throw problems.toException();
    }
    return type.cast(bound);
  }

  /** What is checked of a record besides its own rules. */
  @FunctionalInterface
  interface Further<R extends Record> {
    void check(R bound, ConfigNode root, Problems problems);
  }
}
