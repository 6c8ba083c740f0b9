package dev.postern.proxy.cli;

import dev.postern.api.Secret;
import dev.postern.proxy.admin.NewUser;
import dev.postern.proxy.user.Names;
import dev.postern.proxy.user.UserSettings;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern user add}. */
@Command(name = "add", mixinStandardHelpOptions = true, description = "Add a user.")
final class UserAdd extends AdminCommand {
  @SuppressWarnings("NullAway.Init") // set by picocli
  @Mixin
  private PasswordOptions password;

  @Mixin private final LimitOptions limits = new LimitOptions();

  @Parameters(paramLabel = "USER")
  private String name = "";

  @Option(
      names = "--verifier-stdin",
      description =
          "Read a verifier in PostgreSQL's form (SCRAM-SHA-256$...) from the first line of standard input.")
  private boolean verifier;

  @Override
  ExitCode run() throws IOException {
    Names.check("user", name);
    UserSettings settings = limits.over(UserSettings.UNLIMITED);
    try (Secret secret = verifier ? password.firstLine() : password.newPassword(name)) {
      NewUser user =
          verifier
              ? new NewUser(name, null, secret, settings)
              : new NewUser(name, secret, null, settings);
      return withUsers(
          users -> {
            output().done(users.add(user), "added " + name);
            return ExitCode.OK;
          });
    }
  }
}
