package dev.postern.plugins.limits;

import dev.postern.api.intercept.SessionNames.Given;
import org.jspecify.annotations.Nullable;

/** Something that a client has sent and the server has not answered. Guarded by its session. */
final class Pending {
  /** What it was let through by; {@code null}: it is no statement, or the server skips it. */
  final @Nullable Admission admission;

  /** Which ReadyForQuery ends it, as Query, FunctionCall and Sync are counted from 1. */
  final long boundary;

  /** Whether it is a Query or FunctionCall. */
  final boolean simple;

  /** The name that it gives or takes. */
  @Nullable Given<?> name;

  Pending(@Nullable Admission admission, long boundary, boolean simple) {
    this.admission = admission;
    this.boundary = boundary;
    this.simple = simple;
  }

  boolean isStatement() {
    return admission != null;
  }

  /** The server has done it. */
  void done() {
    if (name != null) {
      name.confirmed();
    }
  }

  /** The server has refused or skipped it. */
  void notDone() {
    if (name != null) {
      name.failed();
    }
  }
}
