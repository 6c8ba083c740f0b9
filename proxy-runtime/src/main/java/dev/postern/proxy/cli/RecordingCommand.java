package dev.postern.proxy.cli;

import dev.postern.proxy.recording.RecordingJson;
import dev.postern.proxy.recording.RecordingPrinter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postern recording …}. */
@Command(
    name = "recording",
    mixinStandardHelpOptions = true,
    description = "Look at what the recorder plugin has written.",
    subcommands = RecordingCommand.Show.class)
final class RecordingCommand {

  /** {@code postern recording show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Print a recording, a line for each message: seconds since it began,",
        "-> from the client or <- from the server, and what the message says.",
        "(12) stands for 12 bytes or characters that were left out."
      })
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The recording; it may still be written to.")
    private Path file = Path.of("");

    @Mixin private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
      if (Files.notExists(file)) {
        Failures.print(file + ": no such file");
        return ExitCode.NOT_FOUND.code();
      }
      Writer out = new BufferedWriter(new OutputStreamWriter(System.out, System.out.charset()));
      try {
        if (output.isJson()) {
          RecordingJson.print(file, out);
        } else {
          RecordingPrinter.print(file, out);
        }
        return ExitCode.OK.code();
      } catch (IOException e) {
        Failures.print(file + ": " + e.getMessage());
        return ExitCode.FAILURE.code();
      } finally {
        out.flush();
      }
    }
  }
}
