package dev.postern.proxy.session;

import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.plugin.Asked;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a login from outside. It enforces the deadline where it is not the network that is waited
 * for: a plugin, or whatever a plugin asks, that takes longer is interrupted, and then the
 * connection is closed. The same is done to a login that is under way when Postern shuts down.
 */
final class LoginAlarm implements SessionRegistry.Login {
  /** What waits for the network ends by itself at the deadline, and says for what it waited. */
  private static final Duration GRACE = Duration.ofMillis(250);

  /** For telling the client, in seconds. */
  private static final int LAST_WORDS_SECONDS = 1;

  private final BlockingChannel channel;
  private final Asked asked;
  private final ScheduledFuture<?> timer;
  private volatile @Nullable Thread thread;
  private volatile boolean rung;
  private volatile @Nullable String late;
  private volatile boolean cutOff;
  private volatile @Nullable String user;
  private volatile boolean revoked;

  /**
   * @param asked knows which plugin the login is at
   */
  LoginAlarm(BlockingChannel channel, Asked asked) {
    this.channel = channel;
    this.asked = asked;
    timer =
        channel
            .eventLoop()
            .schedule(
                this::ring,
                channel.deadline().remainingNanos() + GRACE.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  /** The login runs on this thread. */
  void watch(Thread loginThread) {
    thread = loginThread;
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
    channel.eventLoop().schedule(channel::close, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
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

  /** Returns false if it is too late for that. */
  boolean stop() {
    return timer.cancel(false);
  }
}
