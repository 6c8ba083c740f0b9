package dev.postern.proxy.relay;

import dev.postern.api.intercept.UndecodedMessage;
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
  private @Nullable LoopCalls loop;

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
    LoopCalls loop = loop();
    long call = loop.begin();
    try {
      Objects.requireNonNull(observer).accept(message);
    } catch (Throwable e) {
      loop.end(call);
      throw failure(e);
    }
    end(begin, call, loop);
  }

  Verdict<M> decide(M message) {
    long begin = begin();
    LoopCalls loop = loop();
    long call = loop.begin();
    Verdict<M> verdict;
    try {
      verdict =
          Objects.requireNonNull(
              Objects.requireNonNull(decider).apply(message), "the verdict is null");
    } catch (Throwable e) {
      loop.end(call);
      throw failure(e);
    }
    end(begin, call, loop);
    return verdict;
  }

  /** Tells its interceptor of a message that is too large to be shown. */
  void tell(Consumer<UndecodedMessage> undecoded, UndecodedMessage message) {
    LoopCalls loop = loop();
    long call = loop.begin();
    try {
      undecoded.accept(message);
    } catch (Throwable e) {
      loop.end(call);
      throw failure(e);
    }
    end(0, call, loop);
  }

  /** A session stays on its event loop. */
  private LoopCalls loop() {
    LoopCalls known = loop;
    if (known == null) {
      known = LoopCalls.ofThisThread();
      loop = known;
    }
    return known;
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

  private void end(long begin, long call, LoopCalls loop) {
    if (loop.end(call)) {
      throw failure(
          new IllegalStateException(
              "it held its event loop for longer than timeouts.interceptor, and all sessions there"));
    }
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
