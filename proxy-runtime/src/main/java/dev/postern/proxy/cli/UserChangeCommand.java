package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.UserView;
import dev.postern.proxy.user.UserSettings;
import java.io.IOException;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern user change}. */
@Command(
    name = "change",
    mixinStandardHelpOptions = true,
    description = "Change what a user may do; what is not given stays.")
final class UserChangeCommand extends AdminCommand {
  @Mixin private final LimitOptions limits = new LimitOptions();

  @Parameters(paramLabel = "USER")
  private String name = "";

  @Option(names = "--always-valid", description = "Take the validity times away.")
  private boolean alwaysValid;

  @Option(names = "--all-databases", description = "Let the user ask for every database.")
  private boolean allDatabases;

  @Override
  ExitCode run() throws IOException {
    if (!limits.anyGiven() && !alwaysValid && !allDatabases) {
      throw AdminException.invalid("nothing to change is given");
    }
    return withUsers(
        users -> {
          UserView user = users.show(name);
          UserSettings current =
              new UserSettings(
                  alwaysValid ? null : user.validFrom(),
                  alwaysValid ? null : user.validUntil(),
                  allDatabases ? Set.of() : Set.copyOf(user.databases()),
                  user.maxSessions());
          output().done(users.change(name, limits.over(current)), "changed " + name);
          return ExitCode.OK;
        });
  }
}
