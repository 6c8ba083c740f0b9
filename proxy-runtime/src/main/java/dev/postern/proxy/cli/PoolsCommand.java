package dev.postern.proxy.cli;

import dev.postern.proxy.admin.PoolRow;
import dev.postern.proxy.cli.Output.Columns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
            .add("RETIRING", PoolRow::retiring)
            .add("SESSIONS", PoolRow::sessions)
            .add("WAITING", PoolRow::waiting)
            .add("LONGEST", List_::longestWait)
            .add("ACTIVE", PoolRow::active)
            .add("IDLE", PoolRow::idle)
            .add("OPENING", PoolRow::opening)
            .add("LIMITS", List_::limits)
            .add("LISTENING", PoolRow::listening);

    private static @Nullable String longestWait(PoolRow pool) {
      Duration wait = pool.longestWait();
      return wait == null ? null : wait.toMillis() + " ms";
    }

    private static List<String> limits(PoolRow pool) {
      List<String> limits = new ArrayList<>();
      add(limits, "size", pool.size());
      add(limits, "reserve", pool.reserve());
      add(limits, "minimum", pool.minimum());
      add(limits, "per database", pool.connectionsPerDatabase());
      add(limits, "per role", pool.connectionsPerRole());
      return limits;
    }

    private static void add(List<String> limits, String name, int limit) {
      if (limit > 0) {
        limits.add(name + " " + limit);
      }
    }

    @Override
    ExitCode run() {
      output().table(proxy().pools(), COLUMNS);
      return ExitCode.OK;
    }
  }
}
