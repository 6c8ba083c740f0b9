package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, started as carelessly as can be: with umask 0. */
@Timeout(60)
final class CommandProcessTest {
  private static final String SECRET = "correct-horse-battery-staple";

  @TempDir private Path home;
  private Shell shell;

  @BeforeEach
  void start() throws IOException {
    shell = new Shell(home);
  }

  @Test
  void theSystemShowsNoPasswordOfARunningCommand() throws Exception {
    Process process = postern("user", "add", "alice", "--password-stdin");
    try (OutputStream input = process.getOutputStream()) {
      input.write(SECRET.getBytes(StandardCharsets.UTF_8));
      input.flush();
      Path proc = Path.of("/proc", Long.toString(process.pid()));
      await()
          .until(() -> Files.readString(proc.resolve("cmdline")).contains(Postern.class.getName()));

      assertThat(Files.readString(proc.resolve("cmdline"))).doesNotContain(SECRET);
      assertThat(Files.readString(proc.resolve("environ"), StandardCharsets.ISO_8859_1))
          .doesNotContain(SECRET);
    }

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void nothingThatItWritesIsForOthersAndNothingHoldsThePassword() throws Exception {
    run("user", "add", "alice", "--password-stdin");
    run("user", "mapping", "set", "alice", "app", "--password-stdin");

    try (Stream<Path> data = Files.walk(home.resolve("data"))) {
      assertThat(data.filter(Files::isRegularFile).toList())
          .isNotEmpty()
          .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"))
          .allSatisfy(
              file ->
                  assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                      .doesNotContain(SECRET));
    }
    assertThat(permissions(home.resolve("data"))).isEqualTo("rwx------");
    assertThat(permissions(home.resolve("conf/key"))).isEqualTo("rw-------");
  }

  @Test
  void itsOutputIsNothingButItsOutput() throws Exception {
    assertThat(run("user", "add", "alice", "--password-stdin", "--output", "json"))
        .startsWith("{")
        .contains("\"name\": \"alice\"");
  }

  @Test
  void whatKeepsItFromStartingIsTheLastLineOfTheLogAnErrorAndOnStandardError() throws Exception {
    Files.writeString(shell.configuration(), "listenrs: []\nroutr: {}\n");
    Path errors = home.resolve("errors");
    Process process = new ProcessBuilder(command("run")).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(ExitCode.CONFIGURATION.code());
    List<String> problems = Files.readAllLines(errors);
    assertThat(problems).hasSizeGreaterThan(1).allMatch(line -> line.startsWith("postern: "));
    assertThat(output.lines().reduce("", (before, line) -> line))
        .contains(" ERROR ")
        .contains(
            problems.stream().map(line -> line.substring(9)).collect(Collectors.joining("; ")));
  }

  private String run(String... arguments) throws Exception {
    Process process = postern(arguments);
    try (OutputStream input = process.getOutputStream()) {
      input.write((SECRET + "\n").getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }

  private Process postern(String... arguments) throws IOException {
    return new ProcessBuilder(command(arguments))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "sh",
                "-c",
                "umask 0; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Postern.class.getName()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--config", shell.configuration().toString()));
    return command;
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
