package dev.postern.proxy.cli;

import dev.postern.proxy.admin.PoolRow;
import dev.postern.proxy.cli.Output.Columns;
import picocli.CommandLine.Command;

/** {@code postern pools …}. */
@Command(
    name = "pools",
    mixinStandardHelpOptions = true,
    description = "Look at the server connections.",
    subcommands = PoolsCommand.List_.class)
final class PoolsCommand {
  /** {@code postern pools list}. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Show all pools.")
  static final class List_ extends AdminCommand {
    private static final Columns<PoolRow> COLUMNS =
        new Columns<PoolRow>()
            .add("ROUTE", PoolRow::route)
            .add("SERVER", PoolRow::server)
            .add("DATABASE", PoolRow::database)
            .add("ROLE", PoolRow::role)
            .add("MODE", PoolRow::mode)
            .add("SIZE", pool -> pool.size() == 0 ? "no limit" : pool.size())
            .add("OPEN", PoolRow::open)
            .add("IDLE", PoolRow::idle)
            .add("WAITING", PoolRow::waiting)
            .add("SESSIONS", PoolRow::sessions);

    @Override
    ExitCode run() {
      output().table(proxy().pools(), COLUMNS);
      return ExitCode.OK;
    }
  }
}
