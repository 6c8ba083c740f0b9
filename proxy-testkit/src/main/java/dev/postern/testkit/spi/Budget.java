package dev.postern.testkit.spi;

import com.sun.management.ThreadMXBean;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Message;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures what an interceptor costs the event loop: the bytes that its handlers allocate there,
 * and the time that they take, for each message. What it does on threads of its own is not counted,
 * nor what a message costs before it is an object.
 *
 * <pre>{@code
 * Budget.of(interceptor)
 *     .per(new Query("SELECT 1"))
 *     .per(new CommandComplete("SELECT 1"))
 *     .isAtMost(200, Duration.ofNanos(5_000));
 * }</pre>
 *
 * <p>The messages are played again and again in one session, in their order, until they are warm;
 * then in rounds. Bytes are the least of the rounds, since a compiler at work only adds to them;
 * time is the median of the rounds. Measure bytes closely, and leave time a wide margin: tests
 * share their machine. Used by one thread.
 */
public final class Budget {
  /**
   * What a message cost, on the average over all that were played.
   *
   * @param bytes allocated on the thread of the handlers
   * @param time in the handlers
   */
  public record Cost(double bytes, Duration time) {
    @Override
    public String toString() {
      return "%.1f bytes and %.2f us".formatted(bytes, time.toNanos() / 1e3);
    }
  }

  private static final int ROUNDS = 9;
  private static final Duration WARM_UP = Duration.ofMillis(300);
  private static final int ROUND_MILLIS = 10;

  /** Keeps even a slow interceptor's round short, and a quick one's long enough to be measured. */
  private static final int MOST_REPEATS = 50_000;

  private final MessageInterceptor interceptor;
  private final List<Message> messages = new ArrayList<>();
  private final List<Boolean> fromClient = new ArrayList<>();
  private SessionInfo session = Samples.session("alice", "app");

  /** Keeps what was decided, so that no compiler can leave the deciding out. */
  @SuppressWarnings("unused")
  private volatile @Nullable Object seen;

  private Budget(MessageInterceptor interceptor) {
    this.interceptor = interceptor;
  }

  /**
   * Of one instance, which the caller closes.
   *
   * @param interceptor as its factory made it
   */
  public static Budget of(MessageInterceptor interceptor) {
    return new Budget(interceptor);
  }

  /** The session that the messages belong to; else one of {@code alice} with {@code app}. */
  public Budget in(SessionInfo given) {
    session = given;
    return this;
  }

  /** The client sends this next. */
  public Budget per(FrontendMessage message) {
    return add(message, true);
  }

  /** The server sends this next. */
  public Budget perAnswer(BackendMessage message) {
    return add(message, false);
  }

  private Budget add(Message message, boolean client) {
    messages.add(message);
    fromClient.add(client);
    return this;
  }

  /**
   * Fails where a message costs more.
   *
   * @param bytes allocated for each message
   * @param time for each message
   * @throws AssertionError says what was measured
   */
  public void isAtMost(long bytes, Duration time) {
    Cost cost = measure();
    if (cost.bytes() > bytes || cost.time().compareTo(time) > 0) {
      throw new AssertionError(
          "%s: %s per message (expected: at most %d bytes and %.2f us; %d messages, %d rounds)"
              .formatted(name(), cost, bytes, time.toNanos() / 1e3, messages.size(), ROUNDS));
    }
  }

  /** What it costs, for those who want to say it in another way. */
  public Cost measure() {
    if (messages.isEmpty()) {
      throw new IllegalStateException("no message to measure: say which with per(...)");
    }
    FakeInterests handlers = new FakeInterests();
    interceptor.open(session, handlers);
    int repeats = warmUp(handlers);
    long[] bytes = new long[ROUNDS];
    long[] nanos = new long[ROUNDS];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int round = 0; round < ROUNDS; round++) {
      long allocated = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      play(handlers, repeats);
      nanos[round] = System.nanoTime() - start;
      bytes[round] = threads.getCurrentThreadAllocatedBytes() - allocated;
    }
    handlers.close(CloseReason.CLIENT_TERMINATED);
    Arrays.sort(bytes);
    Arrays.sort(nanos);
    double played = (double) repeats * messages.size();
    return new Cost(bytes[0] / played, Duration.ofNanos(Math.round(nanos[ROUNDS / 2] / played)));
  }

  /** How often the messages are to be played in a round. */
  private int warmUp(FakeInterests handlers) {
    long start = System.nanoTime();
    int repeats = 0;
    long last;
    do {
      long begin = System.nanoTime();
      play(handlers, 100);
      repeats += 100;
      last = System.nanoTime() - begin;
    } while (System.nanoTime() - start < WARM_UP.toNanos() || repeats < 2000);
    long fitting = ROUND_MILLIS * 1_000_000L * 100 / Math.max(last, 1);
    return Math.toIntExact(Math.clamp(fitting, 10, MOST_REPEATS));
  }

  private void play(FakeInterests handlers, int repeats) {
    for (int i = 0; i < repeats; i++) {
      for (int m = 0; m < messages.size(); m++) {
        seen = handlers.decide(messages.get(m), fromClient.get(m));
      }
    }
  }

  private String name() {
    String name = interceptor.getClass().getName();
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
