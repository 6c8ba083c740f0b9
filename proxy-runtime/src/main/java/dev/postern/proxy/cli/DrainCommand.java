package dev.postern.proxy.cli;

import picocli.CommandLine.Command;

/** {@code postern drain}. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = "Let nobody in any more, and go on serving who is in.")
final class DrainCommand extends AdminCommand {
  private record Draining(boolean draining) {}

  @Override
  ExitCode run() {
    proxy().drain();
    output().done(new Draining(true), "draining");
    return ExitCode.OK;
  }
}
