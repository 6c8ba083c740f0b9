package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.SessionRow;
import dev.postern.proxy.cli.Output.Columns;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern sessions …}. */
@Command(
    name = "sessions",
    mixinStandardHelpOptions = true,
    description = "Look at who is logged in.",
    subcommands = {SessionsCommand.List_.class, SessionsCommand.Kill.class})
final class SessionsCommand {
  /** {@code postern sessions list}. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Show all sessions.")
  static final class List_ extends AdminCommand {
    private static final Columns<SessionRow> COLUMNS =
        new Columns<SessionRow>()
            .add("ID", SessionRow::id)
            .add("USER", SessionRow::user)
            .add("DATABASE", SessionRow::database)
            .add("APPLICATION", SessionRow::applicationName)
            .add("CLIENT", SessionRow::client)
            .add("TLS", SessionRow::tls)
            .add("ROUTE", SessionRow::route)
            .add("BACKEND", SessionRow::backend)
            .add("STATE", SessionRow::state)
            .add("WAITS FOR", SessionRow::waitingFor)
            .add("SINCE", SessionRow::waitingSince)
            .add("PINS", SessionRow::pins)
            .add("CHANNELS", SessionRow::channels)
            .add("STARTED", SessionRow::startedAt)
            .add("EXPIRES", SessionRow::expiresAt)
            .add("LAST ACTIVITY", SessionRow::lastActivity)
            .add("IN", SessionRow::bytesFromClient)
            .add("OUT", SessionRow::bytesFromBackend);

    @Override
    ExitCode run() {
      output().table(proxy().sessions(), COLUMNS);
      return ExitCode.OK;
    }
  }

  /** {@code postern sessions kill}. */
  @Command(name = "kill", mixinStandardHelpOptions = true, description = "End sessions.")
  static final class Kill extends AdminCommand {
    private static final Pattern ID = Pattern.compile("[0-9]{1,19}");

    private record Killed(List<String> killed) {}

    @Parameters(paramLabel = "ID", arity = "1..*")
    private List<String> ids = List.of();

    @Override
    ExitCode run() {
      for (String id : ids) {
        if (!ID.matcher(id).matches()) {
          throw AdminException.invalid(
              "no id of a session: %s (expected: a number, as sessions list shows it)"
                  .formatted(id));
        }
      }
      AdminClient proxy = proxy();
      ids.forEach(proxy::kill);
      output().done(new Killed(ids), "ended " + String.join(", ", ids));
      return ExitCode.OK;
    }
  }
}
