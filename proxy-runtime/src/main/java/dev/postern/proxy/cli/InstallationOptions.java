package dev.postern.proxy.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixed into every command that reads the configuration. */
final class InstallationOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The configuration; otherwise postern.yaml in $POSTERN_CONF, or in conf/ of the installation.")
  private @Nullable Path file;

  Installation installation() {
    Installation found = Installation.of(System.getenv());
    return file == null ? found : found.withConfigurationFile(file);
  }
}
