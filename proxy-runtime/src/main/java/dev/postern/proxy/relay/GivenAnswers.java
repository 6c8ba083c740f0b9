package dev.postern.proxy.relay;

import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
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

  /** With what became of those that an interceptor stopped. */
  private final Pipeline<Stopped> pipeline = new Pipeline<>();

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
    Request request =
        switch (type) {
          case 'Q' -> Request.QUERY;
          case 'F' -> Request.FUNCTION_CALL;
          case 'P' -> Request.PARSE;
          case 'B' -> Request.BIND;
          case 'D' -> Request.DESCRIBE;
          case 'E' -> Request.EXECUTE;
          case 'C' -> Request.CLOSE;
          case 'S' -> Request.SYNC;
          default -> null;
        };
    if (request != null) {
      pipeline.sent(request, stopped);
    } else if (type == 'c' || type == 'f') {
      pipeline.copyEndSent();
    }
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

  /**
   * A message of the backend has come.
   *
   * @return false if it cannot be told any more what it answers
   */
  boolean arrived(byte type) {
    Request first = pipeline.firstRequest();
    Stopped stopped = pipeline.first();
    switch (type) {
      case '1' -> pipeline.parseComplete();
      case '2' -> pipeline.bindComplete();
      case '3' -> pipeline.closeComplete();
      case 'T', 'n' -> pipeline.described();
      case 'C', 'I', 's' -> pipeline.executed();
      case 'V' -> pipeline.functionReturned();
      case 'G' -> pipeline.copyInBegan();
      case 'E' -> pipeline.failed(skipped -> {});
      case 'Z' -> stopped = pipeline.ready();
      default -> {}
    }
    concerned = ALL;
    if (stopped != null && isAnswerTo(first, type)) {
      concerned = stopped.by();
      due = type == 'I' || type == '3' ? stopped.answer() : null;
    }
    return !pipeline.isLost();
  }

  /** Whether the backend has come to all that it was sent. */
  boolean areAllGiven() {
    return pipeline.isEmpty();
  }

  /** Whether a message of this type is about the first request, which went no further. */
  private static boolean isAnswerTo(@Nullable Request first, byte type) {
    return first == Request.QUERY
        ? type != 'A' && type != 'N' && type != 'S'
        : first == Request.CLOSE && type == '3';
  }
}
