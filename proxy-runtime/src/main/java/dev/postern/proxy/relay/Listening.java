package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.pool.Listener;
import dev.postern.proxy.pool.ListeningConnection;
import dev.postern.proxy.pool.Notification;
import dev.postern.proxy.relay.HeldReplies.Fence;
import dev.postern.proxy.relay.ListenScript.Step;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client that listens, or has listened, through its pool's listening connection. While there are
 * channels it waits for that connection when it has taken a backend and before it gives it back: so
 * it is known that what comes between was sent by nobody else on that backend, and what it sent
 * itself has come.
 */
final class Listening implements Listener {
  private final PooledRelay relay;
  private final Lease lease;
  private final Outstanding outstanding;
  private final ListeningConnection connection;

  /** As the client knows it. */
  private final int processId;

  private final Channels channels = new Channels();
  private final Undelivered undelivered = new Undelivered();
  private final HeldReplies held = new HeldReplies();

  /** What the connection listens to for this client: in force, or asked for. */
  private final Set<String> retained = new LinkedHashSet<>();

  /** Whether requests wait for the connection. */
  private boolean waiting;

  /** Whether requests wait for replies that are held. */
  private boolean resuming;

  /** Whether notifications of the session's backend are the client's own. */
  private boolean attributing;

  /** Whether an error has come since the last ReadyForQuery. */
  private boolean failed;

  /** Why the connection does not listen to what the request at hand wants. */
  private @Nullable Exception failure;

  private @Nullable Charset encoding;
  private volatile List<String> shown = List.of();

  Listening(
      PooledRelay relay,
      Lease lease,
      Outstanding outstanding,
      ListeningConnection connection,
      int processId) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
    this.connection = connection;
    this.processId = processId;
    encoding = ClientEncoding.of(lease.backend().parameters());
  }

  @Override
  public EventLoop eventLoop() {
    return relay.eventLoop();
  }

  /** The channels, for people; any thread. */
  List<String> shown() {
    return shown;
  }

  /** Whether the session waits for the connection, and has to keep its backend. */
  boolean isWaiting() {
    return waiting || !held.isEmpty();
  }

  /** Whether there are channels, or will be. */
  boolean isListening() {
    return !retained.isEmpty();
  }

  boolean isHoldingReplies() {
    return !held.isEmpty();
  }

  // ---- requests

  /**
   * The session has taken a backend.
   *
   * @return whether its requests can go on at once; else the relay hears {@code resume}
   */
  boolean mayBegin() {
    attributing = false;
    if (retained.isEmpty()) {
      return true;
    }
    waiting = true;
    connection.catchUp(
        this,
        () -> {
          waiting = false;
          attributing = true;
          if (!relay.isEnded()) {
            relay.resume();
          }
        });
    return false;
  }

  /**
   * Sees to it that the connection listens to these channels.
   *
   * @return false if the relay hears {@code resume} when that has been tried
   */
  boolean retain(List<String> wanted) {
    List<String> fresh = new ArrayList<>(wanted);
    fresh.removeAll(retained);
    if (fresh.isEmpty()) {
      return true;
    }
    waiting = true;
    connection.retain(this, fresh, error -> tried(fresh, error));
    return false;
  }

  private void tried(List<String> fresh, @Nullable Exception error) {
    waiting = false;
    if (relay.isEnded()) {
      connection.release(this, fresh);
      return;
    }
    if (error == null) {
      retained.addAll(fresh);
      attributing = true;
    } else {
      connection.release(this, fresh);
      failure = error;
    }
    relay.resume();
  }

  /** What the client has done to its channels in the transaction, as the server has said. */
  Channels channels() {
    return channels;
  }

  /** What was kept back goes on when the replies have. */
  void resumesBehindReplies() {
    resuming = true;
  }

  /** Why the last attempt failed; told once. */
  @Nullable Exception takeFailure() {
    Exception last = failure;
    failure = null;
    return last;
  }

  // ---- answers

  /** What the client is told that a server has done. */
  enum Told {
    AS_IT_IS,
    LISTEN,
    NOTHING
  }

  /**
   * A CommandComplete has come.
   *
   * @param request what it answers
   */
  Told completed(String tag, @Nullable Object request) {
    switch (tag) {
      case "UNLISTEN", "SAVEPOINT", "RELEASE" -> {
        Step step = ListenRequest.next(request);
        channels.done(step);
        return step instanceof Step.Listen ? Told.LISTEN : Told.AS_IT_IS;
      }
      case "LISTEN" -> {
        if (ListenRequest.isBar(request)) {
          ListenRequest.next(request);
          return Told.NOTHING;
        }
      }
      case "ROLLBACK" -> {
        Step step = ListenRequest.next(request);
        if (step instanceof Step.RollbackTo) {
          channels.done(step);
        } else {
          channels.rolledBack();
        }
      }
      case "COMMIT", "PREPARE TRANSACTION" -> {
        ListenRequest.next(request);
        channels.committed();
      }
      case "DISCARD ALL" -> channels.clear();
      default -> {}
    }
    return Told.AS_IT_IS;
  }

  /** An error has come. */
  void failed() {
    failed = true;
  }

  /** The ReadyForQuery at {@code at} has come. */
  void ready(byte status, int at, Replies replies) {
    encoding = ClientEncoding.of(lease.backend().parameters());
    boolean undone = failed;
    failed = false;
    if (status == 'E') {
      channels.failed();
    }
    if (status != 'I') {
      return;
    }
    if (undone) {
      channels.rolledBack();
    } else {
      channels.committed();
    }
    if (held.isEmpty()) {
      trim();
    }
    if (!retained.isEmpty()) {
      replies.pass(at);
      Fence fence = held.fence(channels.inForce());
      relay.holdReplies(held);
      lease.updateReading();
      connection.catchUp(this, () -> passed(fence));
    }
  }

  /** What is not listened to, and not about to be, is released, if that is certain. */
  private void trim() {
    if (waiting || !outstanding.queue.isEmpty() || relay.progress().transactionStatus() != 'I') {
      return;
    }
    List<String> unneeded = new ArrayList<>(retained);
    unneeded.removeAll(channels.inForce());
    if (!unneeded.isEmpty()) {
      unneeded.forEach(retained::remove);
      connection.release(this, unneeded);
    }
    if (shown.size() != channels.inForce().size() || !unneeded.isEmpty()) {
      shown = channels.inForce().stream().map(ListenScript::readable).toList();
    }
  }

  // ---- notifications

  @Override
  public void notified(List<Notification> notifications) {
    if (relay.isEnded()) {
      return;
    }
    Set<String> listened = held.channels(channels.inForce());
    for (Notification notification : notifications) {
      if (notification.isMissed()) {
        if (!listened.isEmpty()) {
          undelivered.add(notification);
        }
        continue;
      }
      // While the server is at work, it may have committed a LISTEN without having said so.
      String channel = notification.channel();
      if (listened.contains(channel)
          || (!outstanding.queue.isEmpty() && retained.contains(channel))) {
        boolean own = isOwn(notification.processId());
        undelivered.add(own ? notification.from(processId) : notification);
      }
    }
    deliverIfIdle();
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

  private boolean isOwn(int sender) {
    return attributing
        && lease.hasBackend()
        && lease.backend().key() != null
        && lease.backend().key().processId() == sender;
  }

  /** The client takes more. */
  void writable() {
    deliverIfIdle();
  }

  private void deliverIfIdle() {
    if (!undelivered.isEmpty() && held.isEmpty() && relay.isClientIdle()) {
      undelivered.keep(channels.inForce());
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
    relay.passToClient(encoded);
    return true;
  }

  private void passed(Fence fence) {
    if (relay.isEnded()) {
      return;
    }
    held.pass(fence, this::deliver, relay::passToClient);
    if (relay.isEnded()) {
      return; // by an interceptor
    }
    if (held.isEmpty()) {
      relay.holdReplies(null);
      lease.updateReading();
      trim();
    }
    relay.client().flush();
    if (resuming && held.isEmpty()) {
      resuming = false;
      relay.resume();
    } else if (outstanding.isSettled()) {
      relay.settled();
    }
  }

  /** The session ends. */
  void close() {
    relay.holdReplies(null);
    held.passAll(relay::passToClient);
    undelivered.clear();
    connection.release(this, List.copyOf(retained));
    retained.clear();
    shown = List.of();
  }
}
