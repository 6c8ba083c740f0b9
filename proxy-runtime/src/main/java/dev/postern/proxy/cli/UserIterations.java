package dev.postern.proxy.cli;

import dev.postern.proxy.admin.StoreSettings;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern user iterations}. */
@Command(
    name = "iterations",
    mixinStandardHelpOptions = true,
    description = {
      "Show or set the SCRAM iteration count of new passwords.",
      "Unknown users seem to have the count that Postern started with, so keep all users at one."
    })
final class UserIterations extends AdminCommand {
  @Parameters(paramLabel = "COUNT", arity = "0..1", description = "4096 to 1000000.")
  private @Nullable Integer count;

  @Override
  ExitCode run() throws IOException {
    return withUsers(
        users -> {
          StoreSettings settings =
              count == null ? users.settings() : users.changeSettings(new StoreSettings(count));
          output().done(settings, String.valueOf(settings.iterations()));
          return ExitCode.OK;
        });
  }
}
