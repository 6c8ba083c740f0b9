package dev.postern.proxy.session;

import dev.postern.api.message.CancelRequest;
import dev.postern.api.routing.Backend;
import dev.postern.proxy.backend.BackendConnector;
import dev.postern.proxy.channel.Deadline;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another node of the cluster. Safe for use by many threads; blocks, on virtual threads, and never
 * longer than its patience.
 */
final class Peer {
  private static final Logger log = LoggerFactory.getLogger(Peer.class);

  /** Requests that are on their way to it at a time; further ones wait. */
  private static final int AT_A_TIME = 32;

  private static final Duration LOG_PAUSE = Duration.ofSeconds(10);

  /** For what clients can cause by making keys up. */
  private static final Duration STRANGE_PAUSE = Duration.ofMinutes(1);

  private final int node;
  private final Backend address;
  private final BackendConnector connector;
  private final Duration patience;
  private final Semaphore places = new Semaphore(AT_A_TIME);
  private final SparseLog strange = new SparseLog(STRANGE_PAUSE, System::nanoTime);
  private final SparseLog sparse = new SparseLog(LOG_PAUSE, System::nanoTime);

  /**
   * @param patience for one request, from here to the peer's answer
   */
  Peer(int node, Backend address, BackendConnector connector, Duration patience) {
    this.node = node;
    this.address = address;
    this.connector = connector;
    this.patience = patience;
  }

  int node() {
    return node;
  }

  /**
   * Passes a request on and waits until the peer has dealt with it; that it could not is logged.
   *
   * @param request as it goes to peers
   */
  PeerAnswer pass(CancelRequest request, EventLoop eventLoop) throws InterruptedException {
    Deadline deadline = Deadline.in(patience);
    if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      complain(AT_A_TIME + " others have been waiting for it all the time");
      return PeerAnswer.NONE;
    }
    try {
      byte code = connector.passOn(address, request, eventLoop, deadline);
      PeerAnswer answer = PeerAnswer.of(code);
      switch (answer) {
        case NONE -> complain("it did not take it as a peer (is cluster.secret the same there?)");
        case NOT_MINE -> complain("that is another node (see cluster.peers)");
        case KNOWN, UNKNOWN -> {}
      }
      return answer;
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
      return PeerAnswer.NONE;
    } finally {
      places.release();
    }
  }

  /** A key that says it is the peer's was not made with the secret that the two should share. */
  void strange() {
    if (strange.mayLog()) {
      log.atWarn()
          .addKeyValue("node", node)
          .addKeyValue("peer", address.address())
          .log(
              "a cancel request says that node {} has its session, but its key was not made with the"
                  + " cluster.secret of this node: if that is not the same there, make it so, and"
                  + " restart both",
              node);
    }
  }

  private void complain(String reason) {
    if (sparse.mayLog()) {
      log.atWarn()
          .addKeyValue("node", node)
          .addKeyValue("peer", address.address())
          .log("could not pass a cancel request on to node {}: {}", node, reason);
    }
  }
}
