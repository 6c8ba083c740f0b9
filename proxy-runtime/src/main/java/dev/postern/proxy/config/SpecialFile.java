package dev.postern.proxy.config;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is neither a file nor a directory: to open a pipe waits for somebody who writes, and a
 * device may have no end.
 */
public final class SpecialFile {
  private SpecialFile() {}

  /** Whether one is there; a link counts as what it leads to. */
  public static boolean is(Path path) {
    return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
  }
}
