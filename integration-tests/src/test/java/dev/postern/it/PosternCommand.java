package dev.postern.it;

import dev.postern.proxy.cli.Postern;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code postern} as a process of its own, about an installation. */
final class PosternCommand {
  private static final long LIMIT_SECONDS = 60;

  /**
   * What a command did.
   *
   * @param exitCode the process's
   */
  record Result(int exitCode, List<String> output, List<String> errors) {}

  private PosternCommand() {}

  /** Runs one that comes to an end, within a minute. */
  static Result run(Path home, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("postern-command", ".out");
    Path errors = Files.createTempFile("postern-command", ".err");
    ProcessBuilder builder =
        process(home, arguments).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("postern " + String.join(" ", arguments) + " does not end");
      }
      return new Result(process.exitValue(), lines(output), lines(errors));
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(output);
      Files.delete(errors);
    }
  }

  /** Starts {@code postern run}, which writes to the file {@code output}; the caller ends it. */
  static Process start(Path home) throws IOException {
    return process(home, "run")
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("output").toFile())
        .start();
  }

  private static ProcessBuilder process(Path home, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Postern.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("POSTERN_HOME", home.toString());
    return builder;
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8).lines().toList();
  }
}
