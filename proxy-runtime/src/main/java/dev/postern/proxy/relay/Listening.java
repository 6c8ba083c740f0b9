package dev.postern.proxy.relay;

import dev.postern.proxy.pool.Listener;
import dev.postern.proxy.pool.ListeningConnection;
import dev.postern.proxy.pool.Notification;
import dev.postern.proxy.relay.HeldReplies.Fence;
import dev.postern.proxy.sql.Channels;
import dev.postern.proxy.sql.ListenScript;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Set;

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
  private final ListenOutcomes outcomes = new ListenOutcomes(channels);
  private final Notifications notifications;

  private final RetainedChannels retained;

  /** Whether requests wait for the connection at the beginning of a transaction. */
  private boolean beginning;

  /** Which of these waits is the last. */
  private int beginnings;

  /** Whether requests wait for replies that are held. */
  private boolean resuming;

  /** Whether notifications of the session's backend are the client's own. */
  private boolean attributing;

  private volatile List<String> shown = List.of();

  Listening(
      PooledRelay relay,
      Lease lease,
      Outstanding outstanding,
      ToClient toClient,
      ListeningConnection connection,
      int processId) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
    this.connection = connection;
    this.processId = processId;
    retained = new RetainedChannels(relay, connection, this, () -> attributing = true);
    notifications =
        new Notifications(relay, lease, toClient, isBehind -> connection.behind(this, isBehind));
  }

  @Override
  public EventLoop eventLoop() {
    return relay.eventLoop();
  }

  /** The channels, for people; any thread. */
  List<String> shown() {
    return shown;
  }

  /**
   * Whether the session waits for the connection, and has to keep its backend. Who waits to listen
   * in no transaction has asked nothing of it yet.
   */
  boolean isWaiting() {
    return beginning || notifications.areAwaited();
  }

  /** Whether there are channels, or will be. */
  boolean isListening() {
    return !retained.isEmpty();
  }

  boolean isHoldingReplies() {
    return notifications.areAwaited();
  }

  RetainedChannels retained() {
    return retained;
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
    beginning = true;
    int which = ++beginnings;
    connection.catchUp(
        this,
        () -> {
          if (beginning && which == beginnings) {
            beginning = false;
            attributing = true;
            if (!relay.isEnded()) {
              relay.resume();
            }
          }
        });
    return false;
  }

  /** Whether no request of a transaction has gone on, because all wait for the connection. */
  boolean isBeginning() {
    return beginning;
  }

  /** Nobody waits for the beginning of a transaction any more. */
  void beginsNothing() {
    beginning = false;
  }

  /** What the client has done to its channels in the transaction, as the server has said. */
  Channels channels() {
    return channels;
  }

  /** What was kept back goes on when the replies have. */
  void resumesBehindReplies() {
    resuming = true;
  }

  // ---- answers

  /** What they make of the channels; a ReadyForQuery is for {@link #ready}. */
  ListenOutcomes outcomes() {
    return outcomes;
  }

  /** The ReadyForQuery at {@code at} has come. */
  void ready(byte status, int at, Replies replies) {
    notifications.encodeFor(lease.backend().parameters());
    outcomes.ready(status);
    if (status != 'I') {
      if (outstanding.queue.isEmpty()) {
        notifications.forgetEarlier(channels.inForce());
      }
      return;
    }
    if (!isHoldingReplies()) {
      trim();
    }
    if (retained.isEmpty()) {
      notifications.clear();
      return;
    }
    replies.pass(at);
    if (relay.isEnded()) {
      return; // nobody would free what is held from now on
    }
    Fence fence = notifications.hold(channels.inForce());
    connection.catchUp(this, () -> passed(fence));
    notifications.deliverIfPossible(channels.inForce());
  }

  private void passed(Fence fence) {
    if (relay.isEnded()) {
      return;
    }
    notifications.pass(fence);
    if (relay.isEnded()) {
      return; // by an interceptor
    }
    if (!isHoldingReplies()) {
      trim();
    }
    relay.client().flush();
    if (resuming && !isHoldingReplies()) {
      resuming = false;
      relay.resume();
    } else if (outstanding.isSettled()) {
      relay.settlement().settled();
    }
    partLater();
  }

  /**
   * Perhaps this was what the session's end has waited for; its ReadyForQuery may be on its way.
   */
  private void partLater() {
    if (relay.isParting()) {
      relay.eventLoop().execute(relay::mayPart);
    }
  }

  /** What is not listened to, and not about to be, is released, if that is certain. */
  private void trim() {
    if (beginning
        || retained.areAwaited()
        || !outstanding.queue.isEmpty()
        || relay.progress().transactionStatus() != 'I') {
      return;
    }
    if (retained.trim(channels.inForce()) || shown.size() != channels.inForce().size()) {
      shown = channels.inForce().stream().map(ListenScript::readable).toList();
    }
  }

  // ---- notifications

  @Override
  public void notified(List<Notification> all) {
    if (relay.isEnded()) {
      return;
    }
    Set<String> listened = notifications.listened(channels.inForce());
    for (Notification notification : all) {
      if (notification.isMissed()) {
        if (!listened.isEmpty()) {
          notifications.add(notification);
        }
        continue;
      }
      // While the server is at work, it may have committed a LISTEN without having said so.
      String channel = notification.channel();
      if (listened.contains(channel)
          || (!outstanding.queue.isEmpty() && retained.contains(channel))) {
        boolean own = isOwn(notification.processId());
        notifications.add(own ? notification.from(processId) : notification);
      }
    }
    notifications.deliverIfPossible(channels.inForce());
  }

  private boolean isOwn(int sender) {
    return attributing
        && lease.hasBackend()
        && lease.backend().key() != null
        && lease.backend().key().processId() == sender;
  }

  /** The client takes more. */
  void writable() {
    notifications.deliverIfPossible(channels.inForce());
  }

  /** The session ends. */
  void close() {
    notifications.close();
    retained.close();
    shown = List.of();
  }
}
