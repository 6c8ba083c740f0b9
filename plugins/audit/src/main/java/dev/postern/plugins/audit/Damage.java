package dev.postern.plugins.audit;

import java.io.IOException;

/** What is there is no log that can be gone on with. The message says what to do. */
final class Damage extends IOException {
  private static final long serialVersionUID = 1L;

  Damage(LogDirectory directory, String what) {
    super(
        directory.path()
            + ": "
            + what
            + "; look at it with \"postern audit verify\", and move it away to begin a new log");
  }
}
