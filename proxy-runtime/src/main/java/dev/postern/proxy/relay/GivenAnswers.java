package dev.postern.proxy.relay;

import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Close;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.Target;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives the answers of interceptors in their turn. In place of an answered message the backend gets
 * one that does nothing: a Query without a statement, or Close of a portal that does not exist.
 * What it says to that is replaced by the answer. So the backend keeps the order of answers, and
 * skips to Sync after an error, as for its own. What comes of a message that went no further than
 * to one of the interceptors does not concern those behind it.
 */
final class GivenAnswers {
  private static final Close NOTHING_EXTENDED = new Close(Target.PORTAL, "postern_answered");
  private static final Query NOTHING = new Query("");

  private static final int ALL = Integer.MAX_VALUE;

  /**
   * What became of a message at an interceptor.
   *
   * @param by the interceptor's place
   * @param answer what takes the place of the backend's; {@code null} where that says it itself
   */
  private record Stopped(int by, @Nullable List<BackendMessage> answer) {}

  private final Progress progress = new Progress();
  private final Outstanding outstanding = new Outstanding(progress);
  private final RequestQueue queue = outstanding.queue;

  /** Whether the backend has asked for the rows of a COPY, and has not said what it made of it. */
  private boolean readsRows;

  /** What the next message that goes on stands for. */
  private @Nullable Stopped next;

  /** What takes the place of the message at hand. */
  private @Nullable List<BackendMessage> due;

  /** Up to which interceptor the message at hand is shown. */
  private int concerned = ALL;

  /**
   * Answers a message.
   *
   * @param by the place of the interceptor that does
   * @param type the answered message's type byte
   * @param emit what goes on in its place; says so by {@link #sent}
   */
  void give(int by, byte type, List<BackendMessage> answer, Consumer<FrontendMessage> emit) {
    next = new Stopped(by, answer);
    emit.accept(type == 'Q' || type == 'F' ? NOTHING : NOTHING_EXTENDED);
  }

  /**
   * Refuses a message. A Query that was refused is over for those who saw it; of a message of the
   * extended protocol all are shown the error, because of what the backend skips behind it.
   *
   * @param by the place of the interceptor that does
   * @param instead what the backend refuses in its place
   */
  void refuse(int by, FrontendMessage instead, Consumer<FrontendMessage> emit) {
    next = instead instanceof Query ? new Stopped(by, null) : null;
    emit.accept(instead);
  }

  /** A message goes on to the backend. */
  void sent(byte type) {
    Stopped stopped = next;
    next = null;
    outstanding.requested(type, stopped);
  }

  /** The place of the last interceptor that is shown the backend's message that has come last. */
  int concernsInterceptorsUpTo() {
    return concerned;
  }

  /** What takes the place of the backend's message that has come last; {@code null}: nothing. */
  @Nullable List<BackendMessage> due() {
    List<BackendMessage> answer = due;
    due = null;
    return answer;
  }

  /** A message of the backend has come. */
  void arrived(byte type) {
    byte first = (byte) queue.first();
    Stopped stopped = (Stopped) queue.firstStatement();
    concerned = ALL;
    if (stopped != null && isAnswerTo(first, type)) {
      concerned = stopped.by();
      due = type == 'I' || type == '3' ? stopped.answer() : null;
    }
    switch (type) {
      case 'C' -> {
        copyInEnded();
        completed(RequestQueue.EXECUTE, first);
      }
      case 'I', 's' -> completed(RequestQueue.EXECUTE, first);
      case '3' -> completed(RequestQueue.CLOSE, first);
      case '1' -> completed(RequestQueue.PARSE, first);
      case '2' -> completed(RequestQueue.BIND, first);
      case 'T', 'n' -> completed(RequestQueue.DESCRIBE, first);
      case 'G' -> {
        progress.copyInBegan();
        readsRows = true;
        outstanding.copyInBegan();
      }
      case 'E' -> failed(first);
      case 'Z' -> ready();
      default -> {}
    }
  }

  /** Whether a message of this type is about the first request, which went no further. */
  private static boolean isAnswerTo(byte first, byte type) {
    return first == RequestQueue.QUERY
        ? type != 'A' && type != 'N' && type != 'S'
        : first == RequestQueue.CLOSE && type == '3';
  }

  private void completed(byte kind, byte first) {
    if (first == kind) {
      remove();
    }
  }

  private void remove() {
    queue.remove();
    while ((byte) queue.first() == RequestQueue.COPY_END) {
      queue.remove();
    }
  }

  private void copyInEnded() {
    progress.copyInEnded();
    if (readsRows) {
      readsRows = false;
      outstanding.copyInEnded(false);
      queue.removeFirst(RequestQueue.COPY_END);
    }
  }

  private void failed(byte first) {
    progress.copyInEnded();
    outstanding.copyInEnded(readsRows);
    readsRows = false;
    if (first == 0 || first == RequestQueue.QUERY) {
      return;
    }
    if (first != RequestQueue.SYNC) {
      remove();
    }
    skipTo(false); // it reads on from the next Sync
    if (queue.isEmpty()) {
      outstanding.skips();
    }
  }

  private void ready() {
    skipTo(true);
    if (queue.isEmpty()) {
      outstanding.wasDoubtful();
      progress.ready((byte) 'I', 0);
      return;
    }
    remove();
    progress.ready((byte) 'I', queue.cycles());
    readsRows = false;
    queue.trim();
  }

  private void skipTo(boolean query) {
    while (!queue.isEmpty()) {
      byte kind = (byte) queue.first();
      if (kind == RequestQueue.SYNC || (query && kind == RequestQueue.QUERY)) {
        return;
      }
      queue.remove();
    }
  }
}
