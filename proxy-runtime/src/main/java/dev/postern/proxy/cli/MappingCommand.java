package dev.postern.proxy.cli;

import dev.postern.api.Secret;
import dev.postern.proxy.admin.NewMapping;
import dev.postern.proxy.cli.Output.Columns;
import dev.postern.proxy.user.BackendMapping;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern user mapping …}. */
@Command(
    name = "mapping",
    mixinStandardHelpOptions = true,
    description = "Say as whom users log in to backends.",
    subcommands = {
      MappingCommand.Set.class,
      MappingCommand.List_.class,
      MappingCommand.Remove.class
    })
final class MappingCommand {
  private record Mapped(String user, @Nullable String route, @Nullable String role) {}

  /** {@code postern user mapping set}. */
  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = "Give a user a role and its password on the backends, of one route or of all.")
  static final class Set extends AdminCommand {
    @SuppressWarnings("NullAway.Init") // set by picocli
    @Mixin
    private PasswordOptions password;

    @Parameters(paramLabel = "USER")
    private String user = "";

    @Parameters(paramLabel = "ROLE")
    private String role = "";

    @Option(names = "--route", paramLabel = "NAME", description = "Only on this route.")
    private @Nullable String route;

    @Option(
        names = "--no-password",
        description = "Store no password: the backends trust Postern, or ask for a certificate.")
    private boolean withoutPassword;

    @Override
    ExitCode run() throws IOException {
      try (Secret secret = withoutPassword ? null : password.newPassword(role)) {
        return withUsers(
            users -> {
              users.setMapping(new NewMapping(user, route, role, secret));
              output().done(new Mapped(user, route, role), "mapped " + user + " to " + role);
              return ExitCode.OK;
            });
      }
    }
  }

  /** {@code postern user mapping list}. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Show all mappings.")
  static final class List_ extends AdminCommand {
    private static final Columns<BackendMapping> COLUMNS =
        new Columns<BackendMapping>()
            .add("USER", BackendMapping::user)
            .add("ROUTE", mapping -> mapping.route() == null ? "all" : mapping.route())
            .add("ROLE", BackendMapping::role)
            .add("PASSWORD", BackendMapping::hasPassword)
            .add("CHANGED", BackendMapping::changedAt);

    @Override
    ExitCode run() throws IOException {
      return withUsers(
          users -> {
            output().table(users.mappings(), COLUMNS);
            return ExitCode.OK;
          });
    }
  }

  /** {@code postern user mapping remove}. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Take a mapping away: that of a route, or that of all.")
  static final class Remove extends AdminCommand {
    @Parameters(paramLabel = "USER")
    private String user = "";

    @Option(names = "--route", paramLabel = "NAME", description = "The mapping of this route.")
    private @Nullable String route;

    @Override
    ExitCode run() throws IOException {
      return withUsers(
          users -> {
            users.removeMapping(user, route);
            output().done(new Mapped(user, route, null), "removed the mapping of " + user);
            return ExitCode.OK;
          });
    }
  }
}
