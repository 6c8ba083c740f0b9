package dev.postern.plugins.audit;

import java.nio.file.FileSystemException;

/** What is there is no log that can be gone on with. The message says what to do. */
final class Damage extends FileSystemException {
  private static final long serialVersionUID = 1L;

  Damage(LogDirectory directory, String what) {
    super(
        directory.path().toString(),
        null,
        what + "; look at it with \"postern audit verify\", and move it away to begin a new log");
  }
}
