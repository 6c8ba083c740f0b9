package dev.postern.it;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.UserAdministration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.server.GatewayControl;
import dev.postern.proxy.server.StartException;
import dev.postern.proxy.user.NewVerifier;
import dev.postern.proxy.user.UserSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Gateways with a folder of their own, out of whose configuration file they start. */
final class Installations {
  private Installations() {}

  /** Writes the configuration file and starts with it; the caller closes the gateway. */
  static Gateway start(Path home, String yaml)
      throws StartException, ConfigurationException, IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.writeString(file(home), yaml);
    return Gateway.start(ConfigurationFile.load(file(home), home), home);
  }

  /** The configuration file. */
  static Path file(Path home) {
    return home.resolve("conf/postern.yaml");
  }

  /** Lets an {@link #operator} reload from the configuration file; the caller closes it first. */
  static AdminServer administer(Gateway gateway, Path home) throws IOException {
    return AdminServer.start(
        socket(home),
        new UserAdministration(gateway.users()),
        new GatewayControl(
            gateway, () -> ConfigurationFile.load(file(home), home), "test", _ -> {}));
  }

  /** Who asks the gateway that is {@link #administer administered}. */
  static AdminClient operator(Path home) {
    return new AdminClient(socket(home));
  }

  private static Path socket(Path home) {
    return home.resolve("admin/socket");
  }

  /**
   * The section that pins all jars of a directory.
   *
   * @param changed other digests than theirs; one that is empty is left out
   */
  static String pins(Path plugins, Map<String, String> changed) throws Exception {
    StringBuilder pins = new StringBuilder("plugins: {sha256: {");
    List<Path> jars;
    try (Stream<Path> files = Files.walk(plugins)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      String name = plugins.relativize(jar).toString();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
      String pin = changed.getOrDefault(name, HexFormat.of().formatHex(digest));
      if (!pin.isEmpty()) {
        pins.append("%s: \"%s\", ".formatted(name, pin));
      }
    }
    return pins + "}}\n";
  }

  /** Lets a role of the JVM's server in. */
  static void addUser(Gateway gateway, String role) {
    ScramVerifier verifier = ScramVerifier.parse(Gateways.server().verifierOf(role));
    gateway.users().add(role, NewVerifier.of(verifier), UserSettings.UNLIMITED);
  }
}
