package dev.postern.proxy.cli;

import dev.postern.proxy.admin.PluginRow;
import dev.postern.proxy.cli.Output.Columns;
import picocli.CommandLine.Command;

/** {@code postern plugin …}. */
@Command(
    name = "plugin",
    mixinStandardHelpOptions = true,
    description = "Look at the plugins.",
    subcommands = PluginCommand.List_.class)
final class PluginCommand {
  /** {@code postern plugin list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Show the plugins that the running Postern has loaded.")
  static final class List_ extends AdminCommand {
    private static final Columns<PluginRow> COLUMNS =
        new Columns<PluginRow>()
            .add("PLUGIN", PluginRow::name)
            .add("KIND", PluginRow::kind)
            .add("VERSION", PluginRow::version)
            .add("IN USE AS", PluginRow::instances)
            .add("FROM", PluginRow::jar);

    @Override
    ExitCode run() {
      output().table(proxy().plugins(), COLUMNS);
      return ExitCode.OK;
    }
  }
}
