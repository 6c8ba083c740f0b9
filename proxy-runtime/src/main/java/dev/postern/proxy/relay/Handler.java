package dev.postern.proxy.relay;

import dev.postern.api.intercept.Verdict;
import dev.postern.proxy.codec.TypeSet;
import dev.postern.proxy.plugin.Calls;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One declaration of an interceptor: an observer or a decider. Used by the session's event loop.
 *
 * @param <M> the direction's messages
 */
final class Handler<M> {
  /** One call of so many is measured, and all are counted with it. */
  private static final int MEASURED_OF = 16;

  private final String interceptor;
  private final int place;
  private final Class<? extends M> type;
  private final TypeSet types;
  private final @Nullable Consumer<M> observer;
  private final @Nullable Function<M, Verdict<M>> decider;
  private final Calls calls;
  private int number;

  /**
   * @param place its interceptor's in the configuration's order
   */
  Handler(
      String interceptor,
      int place,
      Class<? extends M> type,
      TypeSet types,
      @Nullable Consumer<M> observer,
      @Nullable Function<M, Verdict<M>> decider,
      Calls calls) {
    this.interceptor = interceptor;
    this.place = place;
    this.type = type;
    this.types = types;
    this.observer = observer;
    this.decider = decider;
    this.calls = calls;
  }

  String interceptor() {
    return interceptor;
  }

  int place() {
    return place;
  }

  TypeSet types() {
    return types;
  }

  boolean isDeciding() {
    return decider != null;
  }

  boolean isFor(M message) {
    return type.isInstance(message);
  }

  void observe(M message) {
    long begin = begin();
    try {
      Objects.requireNonNull(observer).accept(message);
    } catch (Throwable e) {
      throw failure(e);
    }
    end(begin);
  }

  Verdict<M> decide(M message) {
    long begin = begin();
    Verdict<M> verdict;
    try {
      verdict =
          Objects.requireNonNull(
              Objects.requireNonNull(decider).apply(message), "the verdict is null");
    } catch (Throwable e) {
      throw failure(e);
    }
    end(begin);
    return verdict;
  }

  /** What it has done ends the session, and counts as its failure. */
  InterceptorFailure failure(Throwable cause) {
    failed();
    return new InterceptorFailure(interceptor, cause);
  }

  /** Counts a failure that has nothing to show. */
  void failed() {
    calls.failed();
  }

  /** When a measured call begins; 0 of any other. */
  private long begin() {
    return ++number % MEASURED_OF == 0 ? System.nanoTime() : 0;
  }

  private void end(long begin) {
    if (begin != 0) {
      calls.took(System.nanoTime() - begin);
      calls.add(MEASURED_OF);
    }
  }

  /** The session is over. */
  void count() {
    calls.add(number % MEASURED_OF);
    number = 0;
  }
}
