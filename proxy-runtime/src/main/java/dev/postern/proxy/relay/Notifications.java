package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.pool.Notification;
import dev.postern.proxy.pool.ServerParameters;
import dev.postern.proxy.relay.HeldReplies.Fence;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How notifications reach a client: those of a transaction behind its replies and before the
 * ReadyForQuery that ends it, others when it is in no transaction; and while the client takes more.
 */
final class Notifications {
  private final PooledRelay relay;
  private final Lease lease;
  private final ToClient toClient;
  private final Undelivered undelivered = new Undelivered();
  private final HeldReplies held = new HeldReplies();
  private @Nullable Charset encoding;

  Notifications(PooledRelay relay, Lease lease, ToClient toClient) {
    this.relay = relay;
    this.lease = lease;
    this.toClient = toClient;
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
    if (held.isEmpty() && !relay.isEnded()) { // it may have been ended by an interceptor
      toClient.hold(null);
      lease.updateReading();
    }
  }

  void add(Notification notification) {
    undelivered.add(notification);
  }

  /** Ends the session if the client leaves too many behind. */
  void endIfTooMuch() {
    if (undelivered.isTooMuch()) {
      relay.end(
          CloseReason.CLIENT_TOO_SLOW,
          "more than %d notifications or %d bytes of them wait for the client"
              .formatted(Undelivered.MAX_COUNT, Undelivered.MAX_BYTES),
          ErrorResponse.fatal(
              SqlState.PROGRAM_LIMIT_EXCEEDED,
              "too many notifications are waiting for this client to read them or to end its transaction"));
    }
  }

  /**
   * Lets them go if the client may get them now.
   *
   * @param listened to what it listens; it gets no others
   */
  void deliverIfIdle(Set<String> listened) {
    if (!undelivered.isEmpty() && held.isEmpty() && relay.isClientIdle()) {
      undelivered.keep(listened);
      // While an interceptor decides, what waits behind that is not counted there.
      while (!lease.isHeld() && deliverNext()) {
        // all of them
      }
      relay.client().flush();
    }
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
    ByteBuf encoded = Undelivered.encode(next, encoding, relay.alloc());
    relay.progress().read(false, encoded.readableBytes());
    toClient.pass(encoded);
    return true;
  }

  /** The session ends: what was held goes on, and no more notifications do. */
  void close() {
    toClient.hold(null);
    held.passAll(toClient::pass);
    undelivered.clear();
  }
}
