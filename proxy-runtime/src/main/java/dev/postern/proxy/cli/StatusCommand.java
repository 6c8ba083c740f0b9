package dev.postern.proxy.cli;

import dev.postern.proxy.admin.ProxyStatus;
import dev.postern.proxy.cli.Output.Columns;
import picocli.CommandLine.Command;

/** {@code postern status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show how the running Postern is.")
final class StatusCommand extends AdminCommand {
  private static final Columns<ProxyStatus> FACTS =
      new Columns<ProxyStatus>()
          .add("version", ProxyStatus::version)
          .add("process", ProxyStatus::pid)
          .add("started", ProxyStatus::startedAt)
          .add("state", status -> status.draining() ? "draining" : "serving")
          .add("listeners", ProxyStatus::listeners)
          .add("transport", ProxyStatus::transport)
          .add("event loops", ProxyStatus::eventLoops)
          .add("TLS", ProxyStatus::tlsProvider)
          .add("sessions", ProxyStatus::sessions)
          .add("logins", ProxyStatus::logins)
          .add("node", status -> status.cluster() == null ? null : status.cluster().node())
          .add("peers", status -> status.cluster() == null ? null : status.cluster().peers());

  @Override
  ExitCode run() {
    output().facts(proxy().status(), FACTS);
    return ExitCode.OK;
  }
}
