package dev.postern.proxy.relay;

import dev.postern.api.session.CloseReason;

/**
 * How a client leaves its pooled session. What it asked before it said Terminate, or closed its
 * half of the connection, is still done, and answered as long as it reads; but not for ever.
 */
final class Departure {
  /**
   * What a server may say to a client that takes nothing more, in bytes: answers to statements that
   * change something are short, and who reads nothing needs no rows.
   */
  static final int MAX_UNHEARD = 64 * 1024;

  static final String UNHEARD = "the client has gone, and the server still had much to say to it";

  private final PooledRelay relay;
  private final Lease lease;
  private final Outstanding outstanding;
  private final Requests requests;

  /** Whether the client sends nothing more, but what it has sent may not all have gone on. */
  private boolean silent;

  private boolean underWay;
  private int unheard;

  Departure(PooledRelay relay, Lease lease, Outstanding outstanding, Requests requests) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
    this.requests = requests;
  }

  /** Whether the client has left, and its last requests are to be answered. */
  boolean isUnderWay() {
    return underWay;
  }

  /** The client has said Terminate. */
  void terminated() {
    relay.progress().clientSent((byte) 'X');
    begin();
  }

  /** The client sends nothing more. */
  void silent() {
    silent = true;
    passedOn();
    if (!underWay && !relay.isEnded()) {
      relay.departs();
    }
  }

  boolean isSilent() {
    return silent;
  }

  /** What the client has sent went on; perhaps it was the last. */
  void passedOn() {
    if (silent && !underWay && !relay.isEnded() && hasPassedAllOn()) {
      begin();
    }
  }

  /** Whether nothing of what the client has sent is kept back. */
  private boolean hasPassedAllOn() {
    return !requests.isHolding() && !relay.client().isHeld();
  }

  private void begin() {
    underWay = true;
    lease.flush();
    if (isAnswerable()) {
      relay.departs();
    } else {
      ended();
    }
  }

  /** The server has said something. */
  void answered() {
    if (underWay && !outstanding.isSettled() && !isAnswerable()) {
      ended();
    }
  }

  /** Whether the server can answer a request without more from the client. */
  private boolean isAnswerable() {
    int unfinished = requests.atMessageBoundary() ? 0 : 1;
    return lease.hasBackend()
        && outstanding.queue.cycles() > unfinished
        && !outstanding.isAskedForRows();
  }

  /** The client has left, and all is done that can be. */
  void ended() {
    if (relay.progress().terminated()) {
      relay.end(CloseReason.CLIENT_TERMINATED, "the client ended the session", null);
    } else {
      relay.end(
          CloseReason.CLIENT_VANISHED, "the client closed the connection without Terminate", null);
    }
  }

  /** The client's connection is closed, or fails. */
  void closed(String detail) {
    if (underWay && lease.hasBackend()) {
      lease.updateReading();
    } else if (relay.progress().terminated()) {
      ended();
    } else {
      relay.end(CloseReason.CLIENT_VANISHED, detail, null);
    }
  }

  /** The server has said something to a client that takes nothing more. */
  void unheard(int bytes) {
    unheard += bytes;
    if (unheard > MAX_UNHEARD) { // not in the middle of what is answered
      relay.eventLoop().execute(() -> relay.end(CloseReason.CLIENT_VANISHED, UNHEARD, null));
    }
  }
}
