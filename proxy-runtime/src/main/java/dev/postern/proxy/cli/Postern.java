package dev.postern.proxy.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The {@code postern} command. */
@Command(
    name = "postern",
    mixinStandardHelpOptions = true,
    versionProvider = Version.Provider.class,
    description = "The pluggable gateway for PostgreSQL.",
    subcommands = {
      RunCommand.class,
      StatusCommand.class,
      SessionsCommand.class,
      PoolsCommand.class,
      DrainCommand.class,
      StopCommand.class,
      UserCommand.class,
      PluginCommand.class,
      ConfigCommand.class,
      RecordingCommand.class,
      AuditCommand.class,
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
      "65:an audit log is not as it was written",
      "78:the configuration or a plugin is wrong"
    })
public final class Postern {
  private Postern() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    boolean serves = isFirst("run", arguments);
    if (!serves) {
      Logging.forACommand();
    }
    UnaskedExit.watch();
    int code = serves && arguments.length == 1 ? serve() : execute(arguments);
    UnaskedExit.asked(code);
    if (serves) {
      Logging.flush();
    }
    System.exit(code);
  }

  /**
   * {@code postern run} alone, as the start of a service is: there is nothing to parse, and
   * picocli, whose class files are too old for the JVM to keep them prepared, takes a tenth of the
   * whole start to load.
   */
  private static int serve() {
    try {
      return new RunCommand().call();
    } catch (Exception e) {
      // As picocli does with what no command expects.
      e.printStackTrace();
      return ExitCode.FAILURE.code();
    }
  }

  static int execute(String... arguments) {
    return commandLine(Terminal.SYSTEM, arguments).execute(arguments);
  }

  /**
   * Of the one command that is asked for, where one is: reading the annotations of all of them
   * takes longer than most of them do.
   */
  static CommandLine commandLine(Terminal terminal, String... arguments) {
    CommandLine.IFactory factory = new CommandFactory(terminal);
    for (Class<?> command : Postern.class.getAnnotation(Command.class).subcommands()) {
      if (isFirst(command.getAnnotation(Command.class).name(), arguments)) {
        return withVersion(
            new CommandLine(CommandSpec.create().name("postern"), factory).addSubcommand(command));
      }
    }
    return withVersion(new CommandLine(new Postern(), factory));
  }

  /** Whichever command is asked for it, there is one version. */
  private static CommandLine withVersion(CommandLine command) {
    command.getCommandSpec().versionProvider(new Version.Provider());
    command.getSubcommands().values().forEach(Postern::withVersion);
    return command;
  }

  private static boolean isFirst(String name, String... arguments) {
    return arguments.length > 0 && arguments[0].equals(name);
  }

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
