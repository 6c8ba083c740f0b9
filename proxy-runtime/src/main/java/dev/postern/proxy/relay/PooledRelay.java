package dev.postern.proxy.relay;

import dev.postern.api.message.ErrorResponse;
import dev.postern.api.routing.Pooling;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.ServerParameters;
import dev.postern.proxy.pool.Share;
import dev.postern.proxy.pool.Wait;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session whose backend comes from a pool: for the whole session, or from the first message of a
 * transaction to its end.
 */
public final class PooledRelay extends Relay {
  private final Pool pool;
  private final ClientPort client;
  private final BackendSide backendSide = new BackendSide(this);
  private final Progress progress = new Progress();
  private final Outstanding outstanding = new Outstanding(progress);
  private final Lease lease;
  private final Acquisition acquisition;
  private final @Nullable SharedRewriting sharing;
  private final Requests requests;
  private final Replies replies;

  /** Through the interceptors, where there are any. */
  private final Flow fromClient;

  private final ToClient toClient;
  private final int processId;

  /** {@code null} as long as the client has not wanted to listen. */
  private @Nullable Listening listening;

  private final Settlement settlement;
  private final Departure departure;
  private final Cancels cancels;

  /**
   * @param processId as the client knows it; 0 if it was told none
   * @param parameters what the client has been told
   * @param backend the first backend, or {@code null} if it has to be taken from the pool
   * @param end told once when it is over
   */
  public PooledRelay(
      String sessionId,
      int processId,
      BlockingChannel clientChannel,
      Pool pool,
      ServerParameters parameters,
      @Nullable PooledBackend backend,
      Declarations declarations,
      RelaySettings settings,
      RelayEnd end) {
    super(sessionId, declarations, settings, end);
    this.processId = processId;
    this.pool = pool;
    client = new ClientPort(this, clientChannel.channel());
    boolean untilEnd = pool.pooling().mode() == Pooling.Mode.SESSION;
    Restoring restoring = untilEnd ? null : new Restoring(this, outstanding.queue, parameters);
    Share share = pool.share(client.eventLoop());
    lease = new Lease(this, client, outstanding, restoring, backend);
    acquisition = new Acquisition(this, lease, share);
    PlainRewriting plain = null;
    if (restoring == null) {
      sharing = null;
      plain = new PlainRewriting(lease, outstanding);
      requests = new Requests(this, lease, acquisition, outstanding, plain);
      replies = new Replies(this, new PlainAnswers(this, lease, outstanding, plain));
    } else {
      long maxStatements = settings.maxPreparedStatements();
      sharing = new SharedRewriting(this, lease, outstanding, pool, restoring, maxStatements);
      requests = new Requests(this, lease, acquisition, outstanding, sharing);
      replies = new Replies(this, new SharedAnswers(this, lease, outstanding, sharing));
    }
    Pins pins = sharing == null ? null : sharing.pins;
    settlement =
        new Settlement(this, lease, outstanding, requests, replies, pins, plain, pool.pooling());
    departure = new Departure(this, lease, outstanding, requests);
    cancels = new Cancels(this, lease, acquisition, requests);
    Rejections rejections = new Rejections(false);
    Progress unheeded = new Progress();
    GivenAnswers answers = declarations.frontend.isDeciding() ? declarations.givenAnswers() : null;
    fromClient =
        declarations.frontend.isEmpty()
            ? requests
            : FrontendWire.flow(client, backendSide, this, unheeded, rejections, answers);
    toClient = new ToClient(client, interceptors(unheeded, rejections, answers));
  }

  /** Of what the client is to get; {@code null} where none wants to see it. */
  private @Nullable Flow interceptors(
      Progress unheeded, Rejections rejections, @Nullable GivenAnswers answers) {
    return declarations.backend.isEmpty() && answers == null
        ? null
        : BackendWire.flow(backendSide, client, this, unheeded, rejections, answers);
  }

  /** Takes the client's channel over, with what nobody has read of it. */
  public void start(BlockingChannel clientChannel) {
    if (!clientChannel.channel().isActive()) {
      clientChannel.release();
      departure.closed("the client closed the connection without Terminate");
      return;
    }
    lease.attach();
    if (isEnded()) {
      clientChannel.release();
      return;
    }
    // A client that sends nothing more may still read.
    clientChannel.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    ByteBuf rest = clientChannel.handOver(client);
    clientChannel.channel().config().setAutoRead(true);
    if (isEnded() || !rest.isReadable()) {
      rest.release();
      return;
    }
    clientRead(rest);
    lease.flush();
  }

  // ---- the client's side

  ClientPort client() {
    return client;
  }

  void clientRead(ByteBuf bytes) {
    if (isEnded() || departure.isUnderWay()) {
      bytes.release();
      return;
    }
    progress.read(true, bytes.readableBytes());
    fromClient.accept(bytes);
    if (!isEnded() && !requests.isHolding()) {
      settlement.giveBackUnneeded(); // behind the rest of a message that asks nothing
    }
  }

  void clientWritable() {
    if (!isEnded()) {
      lease.updateReading();
      if (listening != null) {
        listening.writable();
      }
    }
  }

  Departure departure() {
    return departure;
  }

  void toClient(ByteBuf bytes) {
    toClient.accept(bytes);
  }

  // ---- notifications

  @Nullable Listening listening() {
    return listening;
  }

  /** The client wants to listen. */
  Listening listen() {
    Listening known = listening;
    if (known == null) {
      known =
          new Listening(this, lease, outstanding, toClient, pool.listening(eventLoop()), processId);
      listening = known;
    }
    return known;
  }

  /** An interceptor has decided about what the client is to get; what waits behind it goes on. */
  void decided() {
    if (listening != null) {
      eventLoop().execute(this::clientWritable);
    }
    if (isParting()) {
      eventLoop().execute(this::mayPart);
    }
  }

  /** Whether requests can go on to the backend that was taken; if not, {@link #resume} follows. */
  boolean mayBegin() {
    return listening == null || listening.mayBegin();
  }

  boolean isHoldingReplies() {
    return toClient.isHolding();
  }

  // ---- the backend's side

  Side backendSide() {
    return backendSide;
  }

  Lease lease() {
    return lease;
  }

  void toRequests(ByteBuf bytes) {
    requests.accept(bytes);
  }

  ByteBufAllocator alloc() {
    return client.alloc();
  }

  /** What was kept back goes on. */
  void resume() {
    client.waiting(false);
    requests.resume();
    lease.flush();
    departure.passedOn();
  }

  /** Takes the bytes over. */
  void backendRead(ByteBuf bytes) {
    progress.read(false, bytes.readableBytes());
    replies.accept(bytes);
    if (sharing != null && sharing.awaited.isResumable() && !isEnded()) {
      resume();
    }
    departure.answered();
  }

  Settlement settlement() {
    return settlement;
  }

  // ---- the end

  @Override
  public EventLoop eventLoop() {
    return client.eventLoop();
  }

  @Override
  public Progress progress() {
    return progress;
  }

  @Override
  public boolean isBackendOpen() {
    return lease.isAbandonedOpen();
  }

  @Override
  public void whenBackendIsFree(Runnable task) {
    lease.whenAbandonedClosed(task);
  }

  @Override
  public List<String> pins() {
    return sharing == null ? List.of() : sharing.pins.reasons();
  }

  @Override
  public List<String> channels() {
    Listening known = listening;
    return known == null ? List.of() : known.shown();
  }

  @Override
  public @Nullable Wait waiting() {
    return acquisition.waiting();
  }

  @Override
  public void cancel(Promise<@Nullable CancelTarget> target) {
    cancels.request(target);
  }

  @Override
  boolean isIdle() {
    return settlement.isClientIdle() && !lease.isHeld() && !toClient.isHolding();
  }

  @Override
  boolean close(CloseReason reason, @Nullable ErrorResponse error) {
    if (listening != null) {
      listening.close();
    }
    if (error != null) {
      toClient.end(error, replies);
    }
    acquisition.stop();
    boolean busy = lease.end(settlement.cleaning(), settlement.isSpoilt());
    settlement.close();
    requests.close();
    replies.close();
    fromClient.close();
    toClient.close();
    client.closeAfterFlush(reason == CloseReason.CLIENT_TERMINATED);
    pool.sessionClosed();
    return busy;
  }
}
