package dev.postern.testkit.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The example of configuration that the README.md of the module under test shows. */
public final class ReadmeExample {
  private ReadmeExample() {}

  /** The first block of YAML. */
  public static String yaml() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String begin = "```yaml\n";
    int start = readme.indexOf(begin) + begin.length();
    return readme.substring(start, readme.indexOf("```", start));
  }
}
