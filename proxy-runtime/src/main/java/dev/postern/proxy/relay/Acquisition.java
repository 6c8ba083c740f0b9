package dev.postern.proxy.relay;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.backend.BackendRefusedException;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.Share;
import dev.postern.proxy.pool.Wait;
import dev.postern.proxy.pool.Waiter;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** How a session gets a backend from its pool: at once, or after it has waited. */
final class Acquisition implements Waiter {
  private final PooledRelay relay;
  private final Lease lease;
  private final Share share;
  private boolean waiting;

  /** When it last began to wait, in the time of System.nanoTime. */
  private long since;

  Acquisition(PooledRelay relay, Lease lease, Share share) {
    this.relay = relay;
    this.lease = lease;
    this.share = share;
  }

  @Override
  public EventLoop eventLoop() {
    return lease.eventLoop();
  }

  boolean isWaiting() {
    return waiting;
  }

  /** Any thread; what it reads may be a moment old. */
  @Nullable Wait waiting() {
    return waiting ? new Wait(share.pool(), since) : null;
  }

  /**
   * Takes a backend from the pool.
   *
   * @return false if the session has to wait for one, or has ended
   */
  boolean take() {
    PooledBackend free = share.poll();
    if (free != null) {
      lease.begin(free);
    } else {
      since = System.nanoTime();
      waiting = true;
      relay.progress().outstanding(1);
      share.acquire(this);
    }
    return lease.hasBackend() && relay.mayBegin();
  }

  @Override
  public void granted(PooledBackend free) {
    if (relay.isEnded()) {
      free.giveBack();
      return;
    }
    waiting = false;
    lease.begin(free);
    if (!relay.isEnded() && relay.mayBegin()) {
      relay.resume();
    }
  }

  @Override
  public void refused(Exception cause) {
    waiting = false;
    ErrorResponse error =
        switch (cause) {
          case BackendRefusedException refused -> fatal(refused.error());
          case SessionException session ->
              ErrorResponse.fatal(session.sqlState(), session.clientMessage());
          default ->
              ErrorResponse.fatal(
                  SqlState.UNABLE_TO_CONNECT, "the gateway could not reach the server");
        };
    boolean late =
        cause instanceof SessionException session && session.kind() == FailureKind.OVERLOAD;
    CloseReason reason = late ? CloseReason.POOL_TIMEOUT : CloseReason.BACKEND_UNAVAILABLE;
    relay.end(reason, "no backend: " + cause.getMessage(), error);
  }

  private static ErrorResponse fatal(ErrorResponse error) {
    SqlState sqlState = error.sqlState();
    return ErrorResponse.fatal(
        sqlState == null ? SqlState.CONNECTION_FAILURE : sqlState, error.message());
  }

  /** Gives up waiting; false if the session does not wait, or not any more. */
  boolean stop() {
    if (!waiting || !share.forget(this)) {
      return false;
    }
    waiting = false;
    return true;
  }
}
