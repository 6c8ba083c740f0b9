package dev.postern.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A program that runs. {@link #close()} ends it if it still does. Used by one thread. */
public final class RunningProgram implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(1);

  private final String name;
  private final Process process;
  private final Path directory;

  private RunningProgram(String name, Process process, Path directory) {
    this.name = name;
    this.process = process;
    this.directory = directory;
  }

  static RunningProgram start(String name, ProcessBuilder builder, String input) {
    try {
      Path directory = Files.createTempDirectory("postern-program");
      builder.redirectOutput(directory.resolve("output").toFile());
      builder.redirectError(directory.resolve("errors").toFile());
      Process process = builder.start();
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // The program ended, or closed its input, before it had read everything: its own decision.
        return new RunningProgram(name, process, directory);
      }
      return new RunningProgram(name, process, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Presses Ctrl-C. */
  public void interrupt() {
    try {
      int code = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException(name + " could not be interrupted");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends it at once. */
  public void kill() {
    process.destroyForcibly();
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /** Its standard output so far. */
  public String output() {
    return read("output");
  }

  /** Its standard error so far. */
  public String errors() {
    return read("errors");
  }

  /**
   * Waits for its end; a program that takes longer is an {@link AssertionError} with what it
   * printed.
   */
  public ProgramRun await(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "%s still runs after %s%noutput:%n%s%nerrors:%n%s"
                .formatted(name, limit, output(), errors()));
      }
      return new ProgramRun(name, process.exitValue(), output(), errors());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    TemporaryFiles.delete(directory);
  }

  private String read(String stream) {
    try {
      return new String(Files.readAllBytes(directory.resolve(stream)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
