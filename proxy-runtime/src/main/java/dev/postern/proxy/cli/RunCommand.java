package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.UserAdministration;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.OneLine;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.server.GatewayControl;
import dev.postern.proxy.server.StartException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern run}: serves until it is told to stop. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Serve in the foreground. SIGTERM drains, a second one ends all sessions.")
final class RunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

  @Mixin private final InstallationOptions options = new InstallationOptions();

  private final CountDownLatch over = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean draining = new AtomicBoolean();

  @Override
  public Integer call() throws InterruptedException {
    Installation installation = options.installation();
    try {
      Configuration configuration = installation.configuration();
      Gateway gateway = Gateway.start(configuration, installation.home());
      AdminServer admin = administer(gateway, configuration, installation);
      // The socket goes last: while it answers, this Postern has not ended.
      try (admin;
          gateway) {
        UnaskedExit.serving(over::countDown, ended);
        Signals.on("TERM", () -> stop(gateway));
        Signals.on("INT", () -> stop(gateway));
        Signals.on(
            "HUP",
            () ->
                log.atWarn()
                    .log(
                        "SIGHUP: the configuration is read at the start, and for plugins by postern plugin reload;"
                            + " certificates follow their files by themselves"));
        over.await();
      }
      return ExitCode.OK.code();
    } catch (ConfigurationException e) {
      return failed(e, ExitCode.CONFIGURATION);
    } catch (StartException e) {
      return failed(e, e.isMisconfigured() ? ExitCode.CONFIGURATION : ExitCode.FAILURE);
    } catch (AdminException e) {
      return failed(e, ExitCode.FAILURE);
    } finally {
      ended.countDown();
    }
  }

  /** The reason is the last line of the log, wherever that goes, and of what is printed. */
  private static int failed(Exception reason, ExitCode code) {
    log.atError().log("not started: {}", OneLine.of(reason.getMessage()));
    Logging.flush();
    Failures.print(reason.getMessage());
    return code.code();
  }

  private AdminServer administer(
      Gateway gateway, Configuration configuration, Installation installation) {
    try {
      return AdminServer.start(
          configuration.admin().effectiveSocket(installation.home()),
          new UserAdministration(gateway.users()),
          new GatewayControl(
              gateway,
              installation::configuration,
              Version.current().text(),
              now -> stop(gateway, now)));
    } catch (AdminException e) {
      gateway.close();
      throw e;
    }
  }

  private void stop(Gateway gateway, boolean now) {
    if (now) {
      log.atInfo().log("told to stop now: ending all sessions");
      over.countDown();
    } else if (!draining.get()) {
      stop(gateway);
    }
  }

  private void stop(Gateway gateway) {
    if (!draining.compareAndSet(false, true)) {
      log.atWarn().log("told to stop a second time: ending all sessions");
      over.countDown();
      return;
    }
    Thread.ofPlatform()
        .name("drain")
        .daemon()
        .start(
            () -> {
              try {
                gateway.server().drain();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                over.countDown();
              }
            });
  }
}
