package dev.postern.it;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.server.StartException;
import dev.postern.proxy.user.NewVerifier;
import dev.postern.proxy.user.UserSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gateways with a folder of their own, out of whose configuration file they start. */
final class Installations {
  private Installations() {}

  /** Writes the configuration file and starts with it; the caller closes the gateway. */
  static Gateway start(Path home, String yaml)
      throws StartException, ConfigurationException, IOException {
    Path file = Files.createDirectories(home.resolve("conf")).resolve("postern.yaml");
    Files.writeString(file, yaml);
    return Gateway.start(ConfigurationFile.load(file, home), home);
  }

  /** Lets a role of the JVM's server in. */
  static void addUser(Gateway gateway, String role) {
    ScramVerifier verifier = ScramVerifier.parse(Gateways.server().verifierOf(role));
    gateway.users().add(role, NewVerifier.of(verifier), UserSettings.UNLIMITED);
  }
}
