package dev.postern.proxy.session;

import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.plugin.Asked;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a login from outside. It enforces the deadline where it is not the network that is waited
 * for: a plugin, or whatever a plugin asks, that takes longer is interrupted. The same is done to a
 * login that is under way when Postern shuts down. One that does not care is given up soon after.
 */
final class LoginAlarm implements SessionRegistry.Login {
  /** What waits for the network ends by itself at the deadline, and says for what it waited. */
  private static final Duration GRACE = Duration.ofMillis(250);

  /** For the login's thread to come to its end, and then for its client to hear of it. */
  private static final int LAST_WORDS_SECONDS = 1;

  /** Who ends the login. */
  private enum Ender {
    NOBODY_YET,
    ITSELF,
    OTHERS
  }

  private final BlockingChannel channel;
  private final Asked asked;
  private final Consumer<@Nullable Thread> giveUp;
  private final AtomicReference<Ender> ender = new AtomicReference<>(Ender.NOBODY_YET);
  private final ScheduledFuture<?> timer;
  private volatile @Nullable Thread thread;
  private volatile boolean rung;
  private volatile @Nullable String late;
  private volatile boolean cutOff;
  private volatile @Nullable String user;
  private volatile boolean revoked;

  /**
   * @param asked knows which plugin the login is at
   * @param giveUp ends the login without its thread, which it is given, and which has not taken
   *     note of an interrupt; {@code null}: it has never come to its turn. Called once, or never,
   *     on the event loop
   */
  LoginAlarm(BlockingChannel channel, Asked asked, Consumer<@Nullable Thread> giveUp) {
    this.channel = channel;
    this.asked = asked;
    this.giveUp = giveUp;
    timer =
        channel
            .eventLoop()
            .schedule(
                this::ring,
                channel.deadline().remainingNanos() + GRACE.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  /** The login runs on this thread from now on; returns the one on which it ran. */
  @Nullable Thread watch(@Nullable Thread loginThread) {
    Thread before = thread;
    thread = loginThread;
    if (loginThread != null && (rung || cutOff)) { // there was none when it was to be interrupted
      loginThread.interrupt();
    }
    return before;
  }

  /** The client is about to prove that it is this user. */
  void user(String name) {
    user = name;
  }

  private void ring() {
    late = asked.now();
    rung = true;
    interrupt();
  }

  @Override
  public void cutOff() {
    cutOff = true;
    interrupt();
  }

  @Override
  public void pushOut() {
    channel.close();
  }

  @Override
  public void revoke(String changedUser) {
    if (changedUser.equals(user)) {
      revoked = true;
    }
  }

  private void interrupt() {
    Thread late = thread;
    if (late != null) {
      late.interrupt();
    }
    channel.eventLoop().schedule(this::lastWords, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
  }

  private void lastWords() {
    if (ender.compareAndSet(Ender.NOBODY_YET, Ender.OTHERS)) {
      channel.eventLoop().schedule(channel::close, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
      giveUp.accept(thread);
    } else if (!isGivenUp()) {
      channel.close();
    }
  }

  /** Whether the login's thread may still end it, well or badly: from here on nobody else does. */
  boolean endsItself() {
    return ender.compareAndSet(Ender.NOBODY_YET, Ender.ITSELF) || ender.get() == Ender.ITSELF;
  }

  /** Whether it was given up: whatever its thread still does is of no use to anybody. */
  boolean isGivenUp() {
    return ender.get() == Ender.OTHERS;
  }

  boolean hasRung() {
    return rung;
  }

  /** The plugin at which the login was when it rang; {@code null}: none. */
  @Nullable String latePlugin() {
    return late;
  }

  boolean isCutOff() {
    return cutOff;
  }

  boolean isRevoked() {
    return revoked;
  }

  /** The login's thread ends it from here on. Returns false if it is too late for that. */
  boolean stop() {
    boolean early = timer.cancel(false);
    return endsItself() && early;
  }
}
