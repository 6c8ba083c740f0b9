package dev.postern.proxy.session;

import dev.postern.api.message.CancelRequest;
import dev.postern.proxy.backend.BackendConnector;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.relay.CancelTarget;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes cancel requests on to the backend that serves the session, or to the node that does. A key
 * that belongs to no session costs no backend connection, and an address that makes keys up is not
 * listened to for a while. A client never learns which it was.
 *
 * <p>What a peer has passed on goes no further, whatever its key says: two nodes that each take the
 * other for a third cannot send a request in circles. Wrong keys count where the client is
 * connected, which hears from its peer that they were wrong.
 */
public final class CancelRequests {
  private static final Logger log = LoggerFactory.getLogger(CancelRequests.class);

  /** Wrong keys of one address within {@link #SPAN}. A key has 32 random bits or more. */
  private static final int WRONG_KEYS = 50;

  private static final Duration SPAN = Duration.ofMinutes(1);

  private final CancelKeys keys;
  private final AttemptLimit wrongKeys = new AttemptLimit(WRONG_KEYS, SPAN, System::nanoTime);
  private final SparseLog unknownNodes = new SparseLog(SPAN, System::nanoTime);
  private final SparseLog strayed = new SparseLog(SPAN, System::nanoTime);
  private final BackendConnector connector;
  private final @Nullable Cluster cluster;

  /**
   * @param cluster {@code null} where this is the only node
   */
  public CancelRequests(BackendConnector connector, @Nullable Cluster cluster) {
    this.connector = connector;
    this.cluster = cluster;
    keys = new CancelKeys(cluster == null ? null : cluster.keys());
  }

  CancelKeys keys() {
    return keys;
  }

  /**
   * Handles a request; blocks until it has been dealt with.
   *
   * @param channel where it came from, and a peer gets its answer; the caller closes it
   */
  void handle(CancelRequest request, BlockingChannel channel) throws InterruptedException {
    EventLoop eventLoop = channel.eventLoop();
    CancelRequest passedOn = cluster == null ? null : cluster.keys().fromPeer(request);
    if (cluster == null || passedOn == null) {
      handle(request, channel.remoteAddress().getAddress(), eventLoop);
      return;
    }
    PeerAnswer answer = PeerAnswer.NOT_MINE;
    int node = cluster.keys().nodeOf(passedOn);
    if (node == cluster.keys().node()) {
      answer = cancelHere(passedOn, eventLoop) ? PeerAnswer.KNOWN : PeerAnswer.UNKNOWN;
    } else if (strayed.mayLog()) {
      log.atWarn()
          .addKeyValue("peer", channel.remoteAddress().getAddress().getHostAddress())
          .log(
              "a peer takes this node for node {}, but it is {} (see cluster.peers there)",
              node,
              cluster.keys().node());
    }
    channel.write(channel.alloc().buffer(1).writeByte(answer.code()));
  }

  private void handle(CancelRequest request, InetAddress address, EventLoop eventLoop)
      throws InterruptedException {
    if (CancelKeys.isGuessable(request) && wrongKeys.isExceeded(address)) {
      return;
    }
    boolean known =
        cluster == null
            ? cancelHere(request, eventLoop)
            : cancelAnywhere(cluster, request, eventLoop) || cluster.keys().isGenuine(request);
    if (!known && wrongKeys.failed(address)) {
      log.atWarn()
          .addKeyValue("client", address.getHostAddress())
          .log(
              "{} cancel requests with unknown keys within a minute; ignoring it until that is over",
              WRONG_KEYS);
    }
  }

  /** Returns false if no node is known to have the key. */
  private boolean cancelAnywhere(Cluster nodes, CancelRequest request, EventLoop eventLoop)
      throws InterruptedException {
    int node = nodes.keys().nodeOf(request);
    if (node == nodes.keys().node()) {
      return cancelHere(request, eventLoop);
    }
    Peer peer = nodes.peer(node);
    if (peer != null) {
      CancelRequest passedOn = nodes.keys().passedOn(request);
      return peer.pass(passedOn, eventLoop) != PeerAnswer.UNKNOWN;
    }
    Peer claimed = nodes.peer(nodes.keys().claimedNode(request));
    if (claimed != null) {
      claimed.strange();
    } else if (NodeKeys.isNode(node) && unknownNodes.mayLog()) {
      log.atWarn()
          .addKeyValue("node", node)
          .log("a cancel request is for node {}, which is not among cluster.peers", node);
    }
    return false;
  }

  /** Returns false if no session of this node has the key, or had it until a moment ago. */
  private boolean cancelHere(CancelRequest request, EventLoop eventLoop)
      throws InterruptedException {
    Session session = keys.find(request);
    if (session == null) {
      return keys.wasKnown(request); // late, which is no guess
    }
    cancel(session, eventLoop);
    return true;
  }

  /**
   * Cancels what the backend is doing for a session, whoever wants it; blocks until the backend has
   * taken it.
   */
  void cancel(Session session, EventLoop eventLoop) throws InterruptedException {
    EventLoop home = session.relay().eventLoop();
    Promise<@Nullable CancelTarget> asked = home.newPromise();
    home.execute(() -> session.relay().cancel(asked));
    CancelTarget target = await(asked);
    if (target == null) {
      return;
    }
    boolean certain = false;
    try {
      connector.cancel(target.server(), target.address(), target.request(), eventLoop);
      certain = true;
    } catch (IOException e) {
      log.atWarn()
          .addKeyValue("sessionId", session.id())
          .addKeyValue("backend", target.server().address())
          .log("could not pass a cancel request on: {}", e.getMessage());
    } finally {
      target.over().over(certain);
    }
  }

  private static @Nullable CancelTarget await(Promise<@Nullable CancelTarget> asked)
      throws InterruptedException {
    try {
      return asked.await().getNow();
    } catch (InterruptedException e) {
      CancelTarget unused = asked.cancel(false) ? null : asked.getNow();
      if (unused != null) {
        unused.over().over(true);
      }
      throw e;
    }
  }
}
