package dev.postern.proxy.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code postern} command. */
@Command(
    name = "postern",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "The pluggable gateway for PostgreSQL.",
    subcommands = {
      RunCommand.class,
      StatusCommand.class,
      SessionsCommand.class,
      DrainCommand.class,
      StopCommand.class,
      UserCommand.class,
      PluginCommand.class,
      ConfigCommand.class,
      RecordingCommand.class,
      VersionCommand.class
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:wrong command line",
      "3:not found",
      "4:exists already, or in the way",
      "5:no running Postern can be reached",
      "78:the configuration or a plugin is wrong"
    })
public final class Postern {
  private Postern() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    int code = execute(arguments);
    Logging.flush();
    System.exit(code);
  }

  static int execute(String... arguments) {
    return commandLine(Terminal.SYSTEM, arguments).execute(arguments);
  }

  /** Of all commands, or of the one that is asked for where that is quicker to make. */
  static CommandLine commandLine(Terminal terminal, String... arguments) {
    CommandLine.IFactory factory = new CommandFactory(terminal);
    // Reading the annotations of all commands takes longer than everything else before the
    // listeners open.
    return arguments.length > 0 && arguments[0].equals("run")
        ? new CommandLine(new Postern.Running(), factory)
        : new CommandLine(new Postern(), factory);
  }

  /** {@code postern} with nothing but {@code run}. */
  @Command(name = "postern", subcommands = RunCommand.class)
  private static final class Running {}

  /** Makes what the commands consist of. */
  private record CommandFactory(Terminal terminal) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      return type == PasswordOptions.class
          ? type.cast(new PasswordOptions(terminal))
          : CommandLine.defaultFactory().create(type);
    }
  }
}
