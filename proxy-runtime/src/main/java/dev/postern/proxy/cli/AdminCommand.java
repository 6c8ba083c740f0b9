package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.UserAdministration;
import dev.postern.proxy.admin.UserOperations;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.user.StoreException;
import dev.postern.proxy.user.UserStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that administers: through the running Postern, or on the store itself. */
abstract class AdminCommand implements Callable<Integer> {
  @Mixin private final InstallationOptions options = new InstallationOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Spec
  private CommandSpec spec;

  /** What the command does, and with what it exits. */
  abstract ExitCode run() throws IOException;

  @Override
  public final Integer call() {
    try {
      return run().code();
    } catch (AdminException e) {
      return failed(e.getMessage(), codeOf(e.reason()));
    } catch (StoreException e) {
      return failed(e.getMessage(), ExitCode.of(AdminException.of(e).reason()));
    } catch (IOException e) {
      return failed(e.toString(), ExitCode.FAILURE);
    } catch (InvalidInstallationException e) {
      return failed(e.getMessage(), ExitCode.CONFIGURATION);
    }
  }

  /** With what the command exits when the running Postern has refused it for this reason. */
  ExitCode codeOf(AdminException.Reason reason) {
    return ExitCode.of(reason);
  }

  private int failed(@Nullable String message, ExitCode code) {
    String.valueOf(message).lines().forEach(line -> err().println("postern: " + line));
    return code.code();
  }

  private static final class InvalidInstallationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidInstallationException(ConfigurationException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private Configuration configuration() {
    try {
      return options.installation().configuration();
    } catch (ConfigurationException e) {
      throw new InvalidInstallationException(e);
    }
  }

  /** The running Postern; whether one runs shows at the first question. */
  final AdminClient proxy() {
    return client(configuration());
  }

  private AdminClient client(Configuration configuration) {
    return new AdminClient(configuration.admin().effectiveSocket(options.installation().home()));
  }

  /** Something to do with users. */
  interface UserWork {
    ExitCode with(UserOperations users) throws IOException;
  }

  /**
   * Works through the running Postern, which has the store open; if none runs, on the store itself.
   */
  final ExitCode withUsers(UserWork work) throws IOException {
    Configuration configuration = configuration();
    AdminClient client = client(configuration);
    if (client.isReachable()) {
      return work.with(client);
    }
    try (UserStore store = open(configuration, client)) {
      return work.with(new UserAdministration(store));
    }
  }

  private UserStore open(Configuration configuration, AdminClient client) {
    var home = options.installation().home();
    try {
      return UserStore.open(
          configuration.store().effectiveDirectory(home),
          configuration.store().effectiveBackendPasswordKey(home));
    } catch (StoreException e) {
      if (e.reason() == StoreException.Reason.LOCKED) {
        throw AdminException.unreachable(
            "%s, and nothing answers on its admin socket %s".formatted(e.getMessage(), client));
      }
      throw e;
    }
  }

  final Output output() {
    return new Output(out(), output.isJson());
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
