package dev.postern.plugins.limits;

import dev.postern.plugins.limits.Pending.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a session has asked and the server has not answered, in its order. After an error in the
 * extended protocol the server skips everything up to Sync; while it takes in COPY data it ignores
 * Sync. Where the two sides of a conversation cannot be told apart for sure, a statement counts as
 * ended rather than as running for ever. Guarded by its session.
 */
final class Pipeline {
  /**
   * More than any pipeline holds. What is sent beyond it is not told apart: a server can take in
   * any number of messages without an answer, behind an error or within a COPY.
   */
  static final int MAX_PENDING = 1 << 16;

  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Numbers what ReadyForQuery answers: Query, FunctionCall and Sync. */
  private long sent;

  private long answered;
  private boolean skipping;
  private boolean copying;

  /** It cannot be told for which of the requests an answer is: each counts for all. */
  private boolean unsure;

  /** The number of the answer that will end what is sent next. */
  long next() {
    return sent + 1;
  }

  void query(Pending query) {
    sent++;
    add(query);
  }

  void execution(Pending execution) {
    add(execution);
  }

  void step() {
    if (!is(pending.peekLast(), Kind.STEP)) {
      add(Pending.STEP);
    }
  }

  void sync() {
    sent++;
    add(Pending.SYNC);
  }

  private void add(Pending added) {
    if (pending.size() >= MAX_PENDING) {
      unsure = true;
      return;
    }
    pending.add(added);
    if (added.admission() != null) {
      added.admission().unanswered++;
    }
  }

  private void gone(Pending removed) {
    if (removed.admission() != null) {
      removed.admission().unanswered--;
    }
  }

  /** Whose answers come now, if any. */
  @Nullable Pending current() {
    while (is(pending.peek(), Kind.STEP) || is(pending.peek(), Kind.COPY_END)) {
      pending.remove();
    }
    return pending.peek();
  }

  /** An answer that ends an Execute, or a part of a Query. */
  void executed() {
    Pending current = current();
    if (copying) {
      copied();
    }
    if (current != null && current.kind() == Kind.EXECUTION) {
      gone(pending.remove());
    }
  }

  void copyInBegan() {
    current();
    copying = true;
  }

  /** The client has sent the end of COPY data. */
  void copyEnd() {
    add(Pending.COPY_END);
  }

  /** The server has taken in COPY data, and ignored each Sync up to the end of it. */
  private void copied() {
    copying = false;
    Pending first = pending.poll();
    while (is(pending.peek(), Kind.SYNC)) {
      pending.remove();
      sent--;
    }
    if (is(pending.peek(), Kind.COPY_END)) {
      pending.remove();
    }
    if (first != null) {
      pending.addFirst(first);
    }
  }

  void failed() {
    while (is(pending.peek(), Kind.COPY_END)) {
      pending.remove();
    }
    Pending first = pending.peek();
    skipping |= is(first, Kind.STEP) || is(first, Kind.EXECUTION);
    unsure |= isQueryBehindSteps();
    if (copying) {
      int before = pending.size();
      copied();
      // Whether the server came to these before the error or after it is not known.
      unsure |= pending.size() < before - 1;
    }
  }

  /** Whether an error may be of the first step or of a Query sent behind it without a Sync. */
  private boolean isQueryBehindSteps() {
    if (!is(pending.peek(), Kind.STEP)) {
      return false;
    }
    for (Pending each : pending) {
      if (each.kind() != Kind.STEP && each.kind() != Kind.COPY_END) {
        return each.kind() == Kind.QUERY;
      }
    }
    return false;
  }

  /**
   * ReadyForQuery has come.
   *
   * @return everything up to this number has ended
   */
  long ready() {
    copying = false;
    while (unsure && !pending.isEmpty()) {
      gone(pending.remove());
    }
    while (true) {
      Pending first = pending.poll();
      if (first == null) {
        break; // more answers than questions
      }
      gone(first);
      boolean boundary = first.kind() == Kind.SYNC || first.kind() == Kind.QUERY;
      if (boundary) {
        answered++;
      }
      if (first.kind() == Kind.SYNC || (first.kind() == Kind.QUERY && !skipping)) {
        break;
      }
    }
    skipping = false;
    if (pending.isEmpty()) {
      answered = sent;
      return Long.MAX_VALUE; // nothing runs, whatever was counted
    }
    return answered;
  }

  private static boolean is(@Nullable Pending one, Kind kind) {
    return one != null && one.kind() == kind;
  }

  /** Whether it is no longer known which answer is for what. */
  boolean isUnsure() {
    return unsure;
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }
}
