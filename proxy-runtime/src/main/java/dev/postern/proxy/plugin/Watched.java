package dev.postern.proxy.plugin;

import dev.postern.proxy.config.FileStamps;
import java.nio.file.Path;
import java.util.List;

/** A file at which somebody looks from time to time. One thread at a time. */
final class Watched {
  private final List<Path> file;
  private final Runnable changed;
  private FileStamps told;
  private FileStamps last;

  Watched(Path file, Runnable changed) {
    this.file = List.of(file);
    this.changed = changed;
    told = FileStamps.of(this.file);
    last = told;
  }

  /** Tells of a change once it has lasted for two looks: who writes may not be done. */
  void look() {
    FileStamps seen = FileStamps.of(file);
    boolean settled = seen.equals(last);
    last = seen;
    if (settled && !seen.equals(told)) {
      told = seen;
      changed.run();
    }
  }
}
