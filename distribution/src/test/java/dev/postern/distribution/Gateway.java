package dev.postern.distribution;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A {@code postern run} that was started. {@link #close()} ends it. */
final class Gateway implements AutoCloseable {
  private final Process process;
  private final Path log;

  Gateway(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Waits until it says that it is ready, and answers at its port; says what it printed if it ends
   * before that.
   */
  void awaitListening(int port, Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!log().contains(": ready ") || !answers(port)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new IOException("postern run ended with " + process.exitValue() + "\n" + log());
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("postern run does not listen after " + limit + "\n" + log());
      }
    }
  }

  /** Asks it to stop, as {@code kill} does, and waits for its end. */
  int stop(Duration limit) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  long pid() {
    return process.pid();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Everything that it has printed. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
