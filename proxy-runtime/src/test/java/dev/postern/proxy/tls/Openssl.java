package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The program that operators use; a test that needs it is skipped where it is not installed. */
final class Openssl {
  private Openssl() {}

  /** Runs it without input and expects it to succeed. */
  static String run(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Runs it without input, whatever comes of it. */
  static void attempt(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    process.getInputStream().transferTo(OutputStream.nullOutputStream());
    process.waitFor();
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      return process;
    } catch (IOException absent) {
      assumeTrue(false, "needs the program openssl");
      throw absent;
    }
  }
}
