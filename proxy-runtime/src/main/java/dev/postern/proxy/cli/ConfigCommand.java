package dev.postern.proxy.cli;

import dev.postern.proxy.config.ClusterConfig;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.PeerConfig;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.plugin.PluginJars;
import dev.postern.proxy.plugin.PluginLoadException;
import dev.postern.proxy.plugin.PluginSelection;
import dev.postern.proxy.plugin.Plugins;
import dev.postern.proxy.tls.BackendTlsContexts;
import dev.postern.proxy.tls.ServerTls;
import dev.postern.proxy.tls.TlsConfigurationException;
import dev.postern.proxy.user.StoreException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern config …}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Look after the configuration.",
    subcommands = ConfigCommand.Check.class)
final class ConfigCommand {

  /** {@code postern config check}. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Check the configuration and all plugins without starting anything.",
        "No instance of a plugin is made: what one finds out only then, such as a file that is not"
            + " there, shows at the start."
      })
  static final class Check implements Callable<Integer> {
    @Mixin private final InstallationOptions options = new InstallationOptions();

    @Override
    public Integer call() {
      Installation installation = options.installation();
      Path home = installation.home();
      try {
        Configuration configuration = installation.configuration();
        for (ListenerConfig listener : configuration.listeners()) {
          if (!checkTls(listener)) {
            return ExitCode.CONFIGURATION.code();
          }
        }
        if (configuration.cluster() != null && !checkPeers(configuration.cluster())) {
          return ExitCode.CONFIGURATION.code();
        }
        Plugins.check(
            PluginJars.of(configuration.plugins(), home), PluginSelection.of(configuration));
        BackendKeyCheck.warning(configuration.store(), home)
            .ifPresent(warning -> Failures.print("warning: " + warning));
        System.out.println(installation.configurationFile() + ": good");
        return ExitCode.OK.code();
      } catch (ConfigurationException | PluginLoadException | StoreException e) {
        Failures.print(e.getMessage());
        return ExitCode.CONFIGURATION.code();
      }
    }

    private static boolean checkPeers(ClusterConfig cluster) {
      for (PeerConfig peer : cluster.peers()) {
        try {
          BackendTlsContexts.check(peer.address().tls());
        } catch (TlsConfigurationException e) {
          Failures.print("TLS towards node " + peer.node() + ": " + e.getMessage());
          return false;
        }
      }
      return true;
    }

    private static boolean checkTls(ListenerConfig listener) {
      if (listener.effectiveTlsMode() == TlsMode.DISABLED) {
        return true;
      }
      try {
        ServerTls.check(listener)
            .ifPresent(
                warning ->
                    Failures.print(
                        "warning: clients that check it will refuse to connect to %s: %s (%s)"
                            .formatted(listener.address(), warning, listener.tls().certificate())));
        return true;
      } catch (TlsConfigurationException e) {
        Failures.print("TLS of the listener on " + listener.address() + ": " + e.getMessage());
        return false;
      }
    }
  }
}
