package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one message through the handlers of its direction. What a handler puts in its place
 * goes on with the next handler.
 *
 * @param <M> the direction's messages
 */
final class Passage<M> {
  private record Step<M>(M message, int nextHandler) {}

  private final Handlers<M> handlers;
  private final int upTo;
  private final Deque<Step<M>> ahead = new ArrayDeque<>();
  private final List<M> passed = new ArrayList<>(1);
  private boolean changed;
  private @Nullable Handler<M> changedBy;

  /**
   * @param substitute what takes the place of {@code message}; {@code null}: nothing
   * @param upTo the place of the last interceptor that it comes to
   */
  Passage(Handlers<M> handlers, M message, @Nullable List<M> substitute, int upTo) {
    this.handlers = handlers;
    this.upTo = upTo;
    changed = substitute != null;
    if (substitute == null) {
      ahead.push(new Step<>(message, 0));
    } else {
      substitute.reversed().forEach(instead -> ahead.push(new Step<>(instead, 0)));
    }
  }

  /** Goes on until the message is through, refused, or a handler needs time. */
  Outcome<M> proceed() {
    while (!ahead.isEmpty()) {
      Step<M> step = ahead.pop();
      int next = nextFor(step);
      if (next == handlers.size()) {
        passed.add(step.message());
        continue;
      }
      Handler<M> handler = handlers.get(next);
      step = new Step<>(step.message(), next);
      if (!handler.isDeciding()) {
        handler.observe(step.message());
        ahead.push(new Step<>(step.message(), next + 1));
      } else {
        Outcome<M> outcome = apply(handler, step, handler.decide(step.message()));
        if (outcome != null) {
          return outcome;
        }
      }
    }
    return changed ? new Outcome.Changed<>(changedBy, passed) : new Outcome.Unchanged<>();
  }

  /** The place of the next handler that wants this message; behind the last, if none does. */
  private int nextFor(Step<M> step) {
    int next = step.nextHandler();
    while (next < handlers.size() && !wants(handlers.get(next), step.message())) {
      next++;
    }
    return next;
  }

  private boolean wants(Handler<M> handler, M message) {
    return handler.place() <= upTo && handler.isFor(message);
  }

  /** The handler that needed time has decided. */
  Outcome<M> decided(Verdict<M> verdict) {
    Step<M> step = ahead.pop();
    Handler<M> handler = handlers.get(step.nextHandler());
    if (verdict instanceof Verdict.Later<M>) {
      throw handler.failure(new IllegalStateException("a later verdict was \"later\" again"));
    }
    Outcome<M> outcome = apply(handler, step, verdict);
    return outcome != null ? outcome : proceed();
  }

  private @Nullable Outcome<M> apply(Handler<M> handler, Step<M> step, Verdict<M> verdict) {
    int next = step.nextHandler() + 1;
    switch (verdict) {
      case Verdict.Forward<M>() -> ahead.push(new Step<>(step.message(), next));
      case Verdict.Replace<M>(List<M> messages) -> {
        changed = true;
        changedBy = handler;
        messages.reversed().forEach(message -> ahead.push(new Step<>(message, next)));
      }
      case Verdict.Reject<M>(var sqlState, var message) -> {
        checkError(handler, sqlState, message);
        return new Outcome.Rejected<>(handler.place(), sqlState, message);
      }
      case Verdict.Answer<M> answer -> {
        checkForm(handler, step.message(), answer);
        return new Outcome.Answered<>(handler.place(), answer.messages());
      }
      case Verdict.Terminate<M>(var sqlState, var message) -> {
        checkError(handler, sqlState, message);
        return new Outcome.Ended<>(handler.interceptor(), sqlState, message);
      }
      case Verdict.Later<M>(var later) -> {
        ahead.push(step);
        return new Outcome.Waiting<>(handler, later);
      }
    }
    return null;
  }

  private static <M> void checkForm(Handler<M> handler, M message, Verdict.Answer<M> answer) {
    try {
      AnswerForm.check(message, answer);
    } catch (IllegalArgumentException e) {
      throw handler.failure(e);
    }
  }

  /** What cannot be put on the wire is found while it is known whose it is. */
  private static <M> void checkError(Handler<M> handler, SqlState sqlState, String message) {
    if (sqlState == null || message == null || message.indexOf('\0') >= 0) {
      throw handler.failure(
          new IllegalArgumentException(
              "a verdict whose code or sentence is null or has a zero character"));
    }
  }
}
