package dev.postern.proxy.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postern version}. */
@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = "Print what this build is.")
final class VersionCommand implements Callable<Integer> {
  @Mixin private final OutputOptions output = new OutputOptions();

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    Version version = Version.current();
    new Output(spec.commandLine().getOut(), output.isJson()).done(version, version.text());
    return ExitCode.OK.code();
  }
}
