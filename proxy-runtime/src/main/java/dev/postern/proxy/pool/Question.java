package dev.postern.proxy.pool;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a server makes of the settings that clients ask for at their start. One login asks it; those
 * that want to know the same meanwhile wait for what it hears. Safe for use by many threads.
 */
public final class Question {
  /** So long what a standby says is kept: nobody hears of its promotion who does not ask it. */
  private static final long STANDBY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Questions all;
  private final Map<String, String> settings;
  private final Promise<ServerParameters> answer;
  private final AtomicBoolean begun = new AtomicBoolean();

  /** In the time of System.nanoTime; written before the answer is. */
  private long answeredAt;

  Question(Questions all, Map<String, String> settings, EventLoop loop) {
    this.all = all;
    this.settings = settings;
    answer = loop.newPromise();
  }

  public Map<String, String> settings() {
    return settings;
  }

  /**
   * Whether nobody has asked yet, and the caller is to do it. Whoever gets true calls one of {@link
   * #answered}, {@link #failed} and {@link #abandoned}, of which the first call counts.
   */
  public boolean begin() {
    return begun.compareAndSet(false, true);
  }

  /** The answer; a failure is that of all who wait. Cancelled: somebody else has to ask. */
  public Future<ServerParameters> answer() {
    return answer;
  }

  /**
   * The server has answered.
   *
   * @param lasting whether that holds for who asks later
   */
  public void answered(ServerParameters parameters, boolean lasting) {
    if (!lasting) {
      all.remove(this);
    }
    answeredAt = System.nanoTime();
    answer.trySuccess(parameters);
  }

  /** Whether the answer may not hold any more. */
  boolean isOld(long now) {
    return answer.isSuccess() && answer.getNow().isOfStandby() && now - answeredAt > STANDBY_NANOS;
  }

  /** The server cannot be asked, or refuses the settings. The next one asks anew. */
  public void failed(Exception cause) {
    all.remove(this); // before anybody hears of it: who comes again asks again
    answer.tryFailure(cause);
  }

  /** Who asks has to leave; that is not the matter of those who wait. */
  public void abandoned() {
    if (!answer.isDone()) {
      all.remove(this);
      answer.cancel(false);
    }
  }
}
