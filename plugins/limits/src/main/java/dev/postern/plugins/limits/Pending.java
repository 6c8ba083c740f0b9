package dev.postern.plugins.limits;

import org.jspecify.annotations.Nullable;

/**
 * Something that a client has sent and the server has not answered.
 *
 * @param admission what it was let through by; {@code null} where there is none
 */
record Pending(Kind kind, @Nullable Admission admission) {
  static final Pending SYNC = new Pending(Kind.SYNC, null);
  static final Pending COPY_END = new Pending(Kind.COPY_END, null);
  static final Pending STEP = new Pending(Kind.STEP, null);

  enum Kind {
    /** A Query or FunctionCall: ReadyForQuery ends its answers. */
    QUERY,
    /** An Execute: one answer. */
    EXECUTION,
    /** Parse, Bind, Describe or Close; what comes together is one. */
    STEP,
    /** CopyDone or CopyFail: no answer of its own. */
    COPY_END,
    /** A Sync: ReadyForQuery. */
    SYNC
  }
}
