package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.pool.ClientEncoding;
import dev.postern.proxy.pool.Notification;
import dev.postern.proxy.pool.ServerParameters;
import dev.postern.proxy.relay.HeldReplies.Fence;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.Charset;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How notifications reach a client: those of a transaction behind its replies and before the
 * ReadyForQuery that ends it, others when it is in no transaction; and while the client takes more.
 */
final class Notifications {
  /**
   * How long a client may take nothing of much, in seconds, and how long others wait for it to take
   * most.
   */
  private static final int PATIENCE_SECONDS = 5;

  private final PooledRelay relay;
  private final Lease lease;
  private final ToClient toClient;
  private final Consumer<Boolean> behind;
  private final Undelivered undelivered = new Undelivered();
  private final HeldReplies held = new HeldReplies();
  private @Nullable Charset encoding;

  /** Looks whether the client takes something; {@code null} as long as it is not behind. */
  private @Nullable ScheduledFuture<?> patience;

  private boolean othersWait;

  /** How many the client was written since the last look. */
  private int written;

  /** What it had been written then and had not taken, in bytes, as far as that stops more. */
  private long untaken;

  private boolean ending;

  /**
   * @param behind told when others have to wait for the client to read, and when no more
   */
  Notifications(PooledRelay relay, Lease lease, ToClient toClient, Consumer<Boolean> behind) {
    this.relay = relay;
    this.lease = lease;
    this.toClient = toClient;
    this.behind = behind;
    encodeFor(lease.backend().parameters());
  }

  /** The client wants them in the encoding that these say. */
  void encodeFor(ServerParameters parameters) {
    encoding = ClientEncoding.of(parameters);
  }

  /** Whether replies are held until they have come. */
  boolean areAwaited() {
    return !held.isEmpty();
  }

  /** What the client listened to where the first of these replies belongs, or does now. */
  Set<String> listened(Set<String> now) {
    return held.channels(now);
  }

  /**
   * What the client gets from now on has to wait for notifications.
   *
   * @param listened to what it listens now
   */
  Fence hold(Set<String> listened) {
    Fence fence = held.fence(listened);
    toClient.hold(held);
    lease.updateReading();
    return fence;
  }

  /** The notifications that belong before the fence have been added. */
  void pass(Fence fence) {
    held.pass(fence, this::deliver, toClient::pass);
    watch();
    if (held.isEmpty() && !relay.isEnded()) { // it may have been ended by an interceptor
      toClient.hold(null);
      lease.updateReading();
    }
  }

  void add(Notification notification) {
    undelivered.add(notification);
  }

  /**
   * A burst is more than any client can take at once: it gets time to read. Others wait at first,
   * so that what comes does not become more and more.
   */
  private void watch() {
    if (undelivered.isTooMuch()) {
      if (!ending) {
        ending = true;
        relay.eventLoop().execute(this::endBeyondMax); // not in the middle of what is answered
      }
    } else if (patience == null && undelivered.isMuch()) {
      othersWait = true;
      behind.accept(true);
      lookLater();
    } else if (undelivered.isLittle()) {
      unwatch();
    }
  }

  private void lookLater() {
    written = 0;
    untaken = relay.client().channel().bytesBeforeWritable();
    patience = relay.eventLoop().schedule(this::look, PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    if (!takesSome()) {
      end(
          "much waits for the client, which has taken nothing of it for "
              + PATIENCE_SECONDS
              + " s, or has not ended its transaction");
      return;
    }
    othersGoOn();
    lookLater();
  }

  private boolean takesSome() {
    boolean may = areAwaited() || relay.settlement().isClientIdle();
    return written > 0 || (may && relay.client().channel().bytesBeforeWritable() < untaken);
  }

  private void othersGoOn() {
    if (othersWait) {
      othersWait = false;
      behind.accept(false);
    }
  }

  private void unwatch() {
    if (patience != null) {
      patience.cancel(false);
      patience = null;
      othersGoOn();
    }
  }

  private void endBeyondMax() {
    end(
        "more than %d notifications or %d bytes of them wait for the client"
            .formatted(Undelivered.MAX_COUNT, Undelivered.MAX_BYTES));
  }

  private void end(String detail) {
    relay.end(
        CloseReason.CLIENT_TOO_SLOW,
        detail,
        ErrorResponse.fatal(
            SqlState.PROGRAM_LIMIT_EXCEEDED,
            "too many notifications are waiting for this client to read them or to end its transaction"));
  }

  /**
   * Lets them go if the client may get them now: it is in no transaction, or gets the end of one
   * behind them.
   *
   * @param now what it listens to; it gets no others
   */
  void deliverIfPossible(Set<String> now) {
    if (!undelivered.isEmpty() && (areAwaited() || relay.settlement().isClientIdle())) {
      undelivered.keep(listened(now));
      // While an interceptor decides, what waits behind that is not counted there.
      while (!lease.isHeld() && deliverNext()) {
        // all of them
      }
      relay.client().flush();
    }
    watch();
  }

  private void deliver(Set<String> listened) {
    undelivered.keep(listened);
    while (deliverNext()) {
      // all of them
    }
  }

  /** False if there is none, or the client takes none. */
  private boolean deliverNext() {
    Notification next = relay.client().channel().isWritable() ? undelivered.poll() : null;
    if (next == null) {
      return false;
    }
    written++;
    ByteBuf encoded = Undelivered.encode(next, encoding, relay.alloc());
    relay.progress().read(false, encoded.readableBytes());
    toClient.pass(encoded);
    return true;
  }

  /**
   * The server has done nothing more than the client was told: what came until now came before the
   * client listens to other channels.
   *
   * @param now what it listens to
   */
  void forgetEarlier(Set<String> now) {
    if (!areAwaited()) {
      undelivered.keep(now);
    }
  }

  /** The client does not listen any more. */
  void clear() {
    undelivered.clear();
    unwatch();
  }

  /** The session ends: what was held goes on, and no more notifications do. */
  void close() {
    toClient.hold(null);
    held.passAll(toClient::pass);
    clear();
  }
}
