package dev.postern.proxy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** What this build is, from the manifest of its jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {text()};
  }

  static String text() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    return "postern "
        + (version == null ? "(not from a release)" : version)
        + ", Java "
        + Runtime.version();
  }
}
