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
 * skips to Sync after an error, as for its own.
 */
final class GivenAnswers {
  private static final Close NOTHING_EXTENDED = new Close(Target.PORTAL, "postern_answered");
  private static final Query NOTHING = new Query("");

  private final Progress progress = new Progress();
  private final Outstanding outstanding = new Outstanding(progress);
  private final RequestQueue queue = outstanding.queue;

  /** Whether the backend has asked for the rows of a COPY, and has not said what it made of it. */
  private boolean readsRows;

  /** What the next message that goes on stands for. */
  private @Nullable List<BackendMessage> next;

  /** What takes the place of the message at hand. */
  private @Nullable List<BackendMessage> due;

  /**
   * Answers a message.
   *
   * @param type the answered message's type byte
   * @param emit what goes on in its place; says so by {@link #sent}
   */
  void give(byte type, List<BackendMessage> answer, Consumer<FrontendMessage> emit) {
    next = answer;
    emit.accept(type == 'Q' || type == 'F' ? NOTHING : NOTHING_EXTENDED);
  }

  /** A message goes on to the backend. */
  void sent(byte type) {
    List<BackendMessage> answer = next;
    next = null;
    outstanding.requested(type, answer);
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
    switch (type) {
      case 'I' -> {
        due = first == RequestQueue.QUERY ? answer() : null;
        completed(RequestQueue.EXECUTE, first);
      }
      case '3' -> {
        due = first == RequestQueue.CLOSE ? answer() : null;
        completed(RequestQueue.CLOSE, first);
      }
      case 'C' -> {
        copyInEnded();
        completed(RequestQueue.EXECUTE, first);
      }
      case 's' -> completed(RequestQueue.EXECUTE, first);
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

  @SuppressWarnings("unchecked")
  private @Nullable List<BackendMessage> answer() {
    return (List<BackendMessage>) queue.firstStatement();
  }

  private void completed(byte kind, byte first) {
    if (first == kind) {
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
      queue.remove();
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
    queue.remove();
    while ((byte) queue.first() == RequestQueue.COPY_END) {
      queue.remove();
    }
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
