package dev.postern.proxy.relay;

import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.pool.PooledBackend;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a session needs its backend on, and what becomes of that where all is answered. */
final class Settlement {
  private final PooledRelay relay;
  private final Lease lease;
  private final Outstanding outstanding;
  private final Requests requests;
  private final Replies replies;
  private final @Nullable Pins pins;
  private final @Nullable PlainRewriting plain;
  private final boolean untilEnd;
  private final IdleTransaction idleTransaction;

  /**
   * @param pins {@code null} where the session keeps its backend to its end
   * @param plain {@code null} where it does not
   */
  Settlement(
      PooledRelay relay,
      Lease lease,
      Outstanding outstanding,
      Requests requests,
      Replies replies,
      @Nullable Pins pins,
      @Nullable PlainRewriting plain,
      Pooling pooling) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
    this.requests = requests;
    this.replies = replies;
    this.pins = pins;
    this.plain = plain;
    untilEnd = pooling.mode() == Pooling.Mode.SESSION;
    idleTransaction = new IdleTransaction(relay, lease, outstanding, pooling);
  }

  /** Everything is answered. */
  void settled() {
    if (!replies.isBetweenMessages() || !requests.atMessageBoundary()) {
      return;
    }
    if (relay.departure().isUnderWay()) {
      relay.departure().ended();
    } else if (isFree()) {
      if (outstanding.isDoubtful()) {
        ask("");
      } else if (pins != null && pins.mustAskForPath()) {
        pins.asksForPath();
        ask("SHOW search_path");
      } else {
        lease.giveBack();
      }
    } else {
      idleTransaction.begins();
    }
  }

  /** What a server says to a query comes behind every ReadyForQuery that may still come. */
  private void ask(String sql) {
    ByteBuf query = relay.alloc().buffer();
    FrontendCodec.encode(new Query(sql), query);
    outstanding.queue.add(RequestQueue.QUERY | RequestQueue.OWN, null);
    lease.backend().prepared().unnamedOwner(null); // which a simple query ends
    lease.write(query);
    lease.flush();
  }

  /** Something that was waited for is not; perhaps everything is answered. */
  void look() {
    if (lease.hasBackend() && outstanding.isSettled()) {
      settled();
    }
  }

  /** Nothing has been asked of the backend, or what was is answered; perhaps it is not needed. */
  void giveBackUnneeded() {
    if (lease.hasBackend() && needsNothing()) {
      settled();
    }
  }

  private boolean isFree() {
    Listening listening = relay.listening();
    return !untilEnd
        && relay.progress().transactionStatus() == 'I'
        && !isPinned()
        && (listening == null || !listening.isWaiting());
  }

  private boolean isPinned() {
    return pins != null && !pins.isEmpty();
  }

  /** Whether the session could give its backend back now, or when the rest of a message is here. */
  boolean needsNothing() {
    return isFree()
        && outstanding.isSettled()
        && !outstanding.isDoubtful()
        && !(pins != null && pins.mustAskForPath());
  }

  /** The session ends. */
  void close() {
    idleTransaction.close();
  }

  /** Whether the client is in no transaction and waits for no answer. */
  boolean isClientIdle() {
    return relay.progress().transactionStatus() == 'I'
        && outstanding.isSettled()
        && replies.isBetweenMessages();
  }

  /** At the session's end: whether the backend is of no use to others even when it is cleaned. */
  boolean isSpoilt() {
    return (pins != null && pins.last()) || (plain != null && plain.isSpoilt());
  }

  /**
   * At the session's end: statements that make the backend fit for the next user; {@code null} if
   * it may be in the middle of something.
   */
  @Nullable List<String> cleaning() {
    if (!outstanding.isSettled()
        || outstanding.isDoubtful()
        || !requests.atMessageBoundary()
        || !replies.isBetweenMessages()) {
      return null;
    }
    List<String> statements = new ArrayList<>();
    if (relay.progress().transactionStatus() != 'I') {
      statements.add("ROLLBACK");
    }
    if (untilEnd || isPinned() || (lease.hasBackend() && pins != null && pins.mustAskForPath())) {
      statements.add("RESET ROLE");
      statements.add(PooledBackend.DISCARD_ALL);
    }
    return statements;
  }
}
