package dev.postern.proxy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/**
 * What this build is.
 *
 * @param version of the release; {@code null} where it does not run from a jar
 * @param commit what it was built from; {@code null} where that was no clone
 * @param java what it runs on
 */
record Version(@Nullable String version, @Nullable String commit, String java) {
  static Version current() {
    return new Version(
        Version.class.getPackage().getImplementationVersion(),
        readCommit(),
        Runtime.version().toString());
  }

  private static @Nullable String readCommit() {
    try (InputStream in = Version.class.getResourceAsStream("commit")) {
      String text =
          in == null ? "" : new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
      return text.isEmpty() ? null : text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In one line. */
  String text() {
    return "postern %s (commit %s), Java %s"
        .formatted(
            version == null ? "not from a release" : version,
            commit == null ? "unknown" : commit,
            java);
  }

  /** For {@code --version}. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {current().text()};
    }
  }
}
