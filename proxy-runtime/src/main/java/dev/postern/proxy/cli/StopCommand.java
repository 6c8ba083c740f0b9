package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.ProxyStatus;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = {
      "Stop the running Postern: nobody is let in any more, and it ends with its last session, or when the time to"
          + " drain is over. Waits until it has ended."
    })
final class StopCommand extends AdminCommand {
  private record Stopped(long pid, boolean stopped) {}

  @Option(names = "--now", description = "End all sessions at once.")
  private boolean now;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      converter = Times.OfDuration.class,
      defaultValue = "2m",
      description = "How long to wait for its end; ${DEFAULT-VALUE} by default.")
  private Duration wait = Duration.ZERO;

  @Override
  ExitCode run() {
    AdminClient proxy = proxy();
    ProxyStatus status = proxy.status();
    proxy.stop(now);
    if (!hasEnded(proxy)) {
      output()
          .done(
              new Stopped(status.pid(), false), "still draining after " + wait.toSeconds() + " s");
      return ExitCode.FAILURE;
    }
    output().done(new Stopped(status.pid(), true), "stopped");
    return ExitCode.OK;
  }

  private boolean hasEnded(AdminClient proxy) {
    long end = System.nanoTime() + wait.toNanos();
    try {
      while (proxy.isReachable()) {
        if (System.nanoTime() > end) {
          return false;
        }
        Thread.sleep(20);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
