package dev.postern.proxy.cli;

import java.util.Arrays;
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
    // Reading the annotations of all commands takes longer than everything else before the
    // listeners open.
    if (arguments.length > 0 && arguments[0].equals("run")) {
      return new CommandLine(new RunCommand())
          .execute(Arrays.copyOfRange(arguments, 1, arguments.length));
    }
    return new CommandLine(new Postern()).execute(arguments);
  }
}
