package dev.postern.proxy.relay;

import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.backend.BackendRefusedException;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.pool.BackendUser;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.ServerParameters;
import dev.postern.proxy.pool.Share;
import dev.postern.proxy.pool.Waiter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session whose backend comes from a pool: for the whole session, or from the first message of a
 * transaction to its end.
 */
public final class PooledRelay extends Relay implements BackendUser, Waiter {
  /** How long a server may take for what a client asked before it said Terminate, in seconds. */
  private static final int LAST_REQUESTS_SECONDS = 30;

  private final ClientPort client;
  private final BackendSide backendSide = new BackendSide(this);
  private final Pool pool;
  private final Share share;
  private final boolean untilEnd;
  private final RequestQueue queue = new RequestQueue();
  private final Progress progress = new Progress(true);
  private final Requests requests;
  private final Replies replies;
  private final @Nullable SharedRewriting sharing;
  private final @Nullable MessageFlow<?> fromClient;
  private final @Nullable MessageFlow<?> fromBackend;

  private @Nullable PooledBackend backend;
  private @Nullable PooledBackend abandoned;

  /** What the client was told at its start. */
  private final ServerParameters initial;

  private ServerParameters parameters;
  private boolean backendHeld;
  private boolean waiting;

  /** Whether the client has begun something that only its Sync will end. */
  private boolean unsynced;

  /** Whether the backend skips what it is sent, up to the next Sync. */
  private boolean skipping;

  /** Whether the backend has said that it ends. */
  private boolean dying;

  private boolean terminating;
  private final IdleTransaction idleTransaction;

  /**
   * @param parameters what the client has been told
   * @param backend the first backend, or {@code null} if it has to be taken from the pool
   * @param end told once when it is over
   */
  public PooledRelay(
      String sessionId,
      BlockingChannel clientChannel,
      Pool pool,
      ServerParameters parameters,
      @Nullable PooledBackend backend,
      Declarations declarations,
      RelaySettings settings,
      RelayEnd end) {
    super(sessionId, declarations, settings, end);
    this.pool = pool;
    this.share = pool.share(clientChannel.eventLoop());
    this.initial = parameters;
    this.parameters = parameters;
    this.backend = backend;
    idleTransaction = new IdleTransaction(this, pool.pooling().idleInTransactionTimeout());
    untilEnd = pool.pooling().mode() == Pooling.Mode.SESSION;
    client = new ClientPort(this, clientChannel.channel());
    sharing = untilEnd ? null : new SharedRewriting(this, pool);
    requests = new Requests(this, sharing != null ? sharing : new PlainRewriting(this));
    replies =
        new Replies(
            this,
            sharing != null
                ? new SharedAnswers(this, queue, progress, sharing)
                : new Answers(this, queue, progress));
    boolean refusing = declarations.frontend.isDeciding();
    Rejections rejections = new Rejections(false);
    if (refusing) {
      declarations.backend.want((byte) 'E');
    }
    Progress unheeded = new Progress(true);
    fromClient =
        declarations.frontend.isEmpty()
            ? null
            : new MessageFlow<>(
                client,
                backendSide,
                this,
                new FrontendWire(this, unheeded, rejections),
                declarations.frontend);
    fromBackend =
        declarations.backend.isEmpty() && !refusing
            ? null
            : new MessageFlow<>(
                backendSide,
                client,
                this,
                new BackendWire(this, unheeded, rejections),
                declarations.backend);
  }

  /** Takes the client's channel over, with what nobody has read of it. */
  public void start(BlockingChannel clientChannel) {
    if (!clientChannel.channel().isActive()) {
      clientChannel.release();
      clientClosed();
      return;
    }
    PooledBackend first = backend;
    if (first != null) {
      first.attach(this);
      if (isEnded()) {
        clientChannel.release();
        return;
      }
    }
    ByteBuf rest = clientChannel.handOver(client);
    clientChannel.channel().config().setAutoRead(true);
    if (isEnded() || !rest.isReadable()) {
      rest.release();
      return;
    }
    clientRead(rest);
    clientReadComplete();
  }

  // ---- the client's side

  ClientPort client() {
    return client;
  }

  void clientRead(ByteBuf bytes) {
    if (isEnded() || terminating) {
      bytes.release();
      return;
    }
    progress.read(true, bytes.readableBytes());
    if (fromClient != null) {
      fromClient.accept(bytes);
    } else {
      requests.accept(bytes);
    }
  }

  void clientReadComplete() {
    PooledBackend current = backend;
    if (current != null) {
      current.flush();
    }
  }

  void clientWritable(boolean writable) {
    if (!isEnded() && backend != null) {
      updateBackendReading();
    }
  }

  void clientClosed() {
    if (terminating && backend != null) {
      updateBackendReading();
      return; // what it asked before it said goodbye is still done
    }
    boolean goodbye = progress.terminated();
    end(
        goodbye ? CloseReason.CLIENT_TERMINATED : CloseReason.CLIENT_VANISHED,
        goodbye
            ? "the client ended the session"
            : "the client closed the connection without Terminate",
        null);
  }

  void clientFailed(Throwable cause) {
    end(CloseReason.CLIENT_VANISHED, "the client's connection failed: " + cause, null);
  }

  /** The client has said Terminate. */
  void terminated() {
    progress.clientSent(true);
    if (backend == null || queue.isEmpty()) {
      end(CloseReason.CLIENT_TERMINATED, "the client ended the session", null);
      return;
    }
    terminating = true;
    backend.flush();
    var _ =
        eventLoop()
            .schedule(
                () ->
                    end(
                        CloseReason.CLIENT_TERMINATED,
                        "the client ended the session, and its last request took too long",
                        null),
                LAST_REQUESTS_SECONDS,
                TimeUnit.SECONDS);
  }

  void heldTooMuch(boolean tooMuch) {
    client.waiting(tooMuch);
  }

  void toClient(ByteBuf bytes) {
    if (!client.channel().isActive()) {
      bytes.release();
    } else if (fromBackend != null) {
      fromBackend.accept(bytes);
    } else {
      client.write(bytes);
    }
  }

  // ---- the backend's side

  Side backendSide() {
    return backendSide;
  }

  boolean hasBackend() {
    return backend != null;
  }

  PooledBackend backend() {
    PooledBackend current = backend;
    if (current == null) {
      throw new IllegalStateException("the session has no backend");
    }
    return current;
  }

  RequestQueue queue() {
    return queue;
  }

  ByteBufAllocator alloc() {
    return client.alloc();
  }

  /**
   * Takes a backend from the pool.
   *
   * @return false if the session has to wait for one, or has ended
   */
  boolean takeBackend() {
    PooledBackend free = share.poll();
    if (free != null) {
      take(free);
    } else {
      waiting = true;
      progress.outstanding(1);
      share.acquire(this);
    }
    return backend != null;
  }

  private void take(PooledBackend free) {
    backend = free;
    waiting = false;
    free.attach(this);
    if (isEnded()) {
      return;
    }
    updateBackendReading();
    if (!untilEnd) {
      String changes = free.parameters().changesTo(parameters);
      if (changes != null) {
        ask(changes);
      }
    }
  }

  /** Sends a query of Postern's own. */
  private void ask(String sql) {
    ByteBuf encoded = alloc().buffer();
    FrontendCodec.encode(new Query(sql), encoded);
    queue.add(RequestQueue.QUERY | RequestQueue.OWN, null);
    backend().write(encoded);
    backend().prepared().unnamedOwner(null); // which a simple query ends
  }

  @Override
  public void granted(PooledBackend free) {
    if (isEnded()) {
      free.giveBack();
      return;
    }
    take(free);
    if (isEnded()) {
      return;
    }
    client.waiting(false);
    requests.resume();
    clientReadComplete();
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
    end(CloseReason.BACKEND_CLOSED, "no backend: " + cause.getMessage(), error);
  }

  private static ErrorResponse fatal(ErrorResponse error) {
    SqlState sqlState = error.sqlState();
    return ErrorResponse.fatal(
        sqlState == null ? SqlState.CONNECTION_FAILURE : sqlState, error.message());
  }

  /** Notes a message that has gone on. */
  void requested(byte type, @Nullable Object statement) {
    if (skipping && type != 'S') {
      return; // nobody answers it
    }
    skipping = false;
    switch (type) {
      case 'Q', 'F' -> {
        unsynced = false;
        queue.add(RequestQueue.QUERY, statement);
      }
      case 'S' -> {
        if (progress.isCopyingIn()) {
          return; // swallowed
        }
        unsynced = false;
        queue.add(RequestQueue.SYNC, statement);
      }
      case 'P', 'B', 'D', 'E', 'C' -> {
        unsynced = true;
        queue.add(type, statement);
      }
      case 'c', 'f' -> {
        progress.copyInEnded();
        queue.add(RequestQueue.COPY_END, statement);
      }
      default -> {
        return;
      }
    }
    progress.outstanding(queue.cycles());
  }

  void toBackend(ByteBuf bytes) {
    backend().write(bytes);
  }

  @Override
  public void backendRead(PooledBackend from, ByteBuf bytes) {
    if (from != backend || isEnded()) {
      from.unclaimed(bytes);
      return;
    }
    progress.read(false, bytes.readableBytes());
    replies.accept(bytes);
    if (sharing != null && sharing.awaited.isResumable() && !isEnded()) {
      client.waiting(false);
      requests.resume();
      clientReadComplete();
    }
    if (backend == from && queue.isEmpty() && !isEnded()) {
      settled(from);
    }
  }

  /** Everything is answered. */
  private void settled(PooledBackend from) {
    if (unsynced || !replies.isBetweenMessages() || !requests.atMessageBoundary()) {
      return;
    }
    if (terminating) {
      end(CloseReason.CLIENT_TERMINATED, "the client ended the session", null);
    } else if (isFree()) {
      backend = null;
      parameters = sharing == null ? parameters : sharing.restoring.parametersOf(from, initial);
      queue.trim();
      client.flush();
      if (dying) {
        dying = false;
        from.discard(false);
      } else {
        from.giveBack();
      }
    } else {
      idleTransaction.begins();
    }
  }

  private boolean isFree() {
    return !untilEnd && progress.transactionStatus() == 'I' && !isPinned();
  }

  /** Whether the session could give its backend back now, or when the rest of a message is here. */
  boolean needsNothing() {
    return isFree() && !unsynced && queue.isEmpty();
  }

  /** The client has begun something that only its Sync will end. */
  void begun() {
    unsynced = true;
  }

  /** An error has come, and no Sync is behind what it is about: the backend waits for one. */
  void skips() {
    skipping = true;
    if (sharing != null) {
      sharing.awaited.skips();
    }
  }

  boolean isSkipping() {
    return skipping;
  }

  /** The backend has said that it ends, and nobody has asked it anything. */
  void dies() {
    dying = true;
  }

  private boolean isPinned() {
    return sharing != null && !sharing.pins.isEmpty();
  }

  /** A ReadyForQuery has come. */
  void ready(byte status, boolean own) {
    if (sharing != null) {
      sharing.ready(status, own);
    }
  }

  ServerParameters initial() {
    return initial;
  }

  @Override
  public void backendReadComplete(PooledBackend from) {
    client.flush();
  }

  @Override
  public void backendWritable(PooledBackend from, boolean writable) {
    if (from == backend && !isEnded()) {
      client.backendFull(!writable);
    }
  }

  void toRequests(ByteBuf bytes) {
    requests.accept(bytes);
  }

  /** Stops or resumes reading from whatever backend the session has. */
  void holdBackend(boolean hold) {
    backendHeld = hold;
    if (backend != null) {
      updateBackendReading();
    }
  }

  /** Whether the backend has a transaction open and nothing to do. */
  boolean isIdleInTransaction() {
    return backend != null && queue.isEmpty() && progress.transactionStatus() != 'I';
  }

  private void updateBackendReading() {
    boolean writable = client.channel().isWritable() || !client.channel().isActive();
    backend().reading(writable && !backendHeld);
  }

  @Override
  public void backendClosed(PooledBackend from, @Nullable Throwable cause) {
    if (from != backend || isEnded()) {
      return;
    }
    boolean unexplained = !progress.atError();
    end(
        CloseReason.BACKEND_CLOSED,
        cause == null
            ? "the backend closed the connection"
            : "the backend's connection failed: " + cause,
        unexplained ? connectionLost() : null);
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
    PooledBackend left = abandoned;
    return left != null && left.isOpen();
  }

  @Override
  public void whenBackendIsFree(Runnable task) {
    PooledBackend left = abandoned;
    if (left == null) {
      task.run();
    } else {
      left.whenClosed(task);
    }
  }

  @Override
  public List<String> pins() {
    return sharing == null ? List.of() : sharing.pins.reasons();
  }

  @Override
  public boolean isWaiting() {
    return waiting;
  }

  @Override
  public @Nullable CancelTarget cancelTarget() {
    PooledBackend left = abandoned;
    if (isEnded()) {
      return left == null ? null : target(left);
    }
    if (waiting) {
      if (share.forget(this)) {
        waiting = false;
        client.waiting(false);
        requests.cancel();
        clientReadComplete();
        client.flush();
      }
      return null;
    }
    PooledBackend current = backend;
    return current == null || queue.isEmpty() ? null : target(current);
  }

  private static @Nullable CancelTarget target(PooledBackend backend) {
    BackendKeyData key = backend.key();
    if (key == null) {
      return null;
    }
    backend.cancelStarted();
    return new CancelTarget(
        backend.server(),
        backend.address(),
        new CancelRequest(key.processId(), key.secretKey()),
        backend::cancelEnded);
  }

  /** What the client asked while it waited was cancelled. */
  void cancelledWhileWaiting() {
    ByteBuf encoded = alloc().buffer();
    BackendCodec.encode(
        ErrorResponse.error(SqlState.QUERY_CANCELED, "canceling statement due to user request"),
        encoded);
    encoded.writeByte('Z').writeInt(5).writeByte('I');
    progress.outstanding(0);
    toClient(encoded);
  }

  /** The backend does not take the client's settings. */
  void restoreFailed(ErrorResponse error) {
    end(
        CloseReason.INTERNAL_ERROR,
        "the client's settings could not be restored: " + error.message(),
        ErrorResponse.fatal(
            SqlState.INTERNAL_ERROR, "the session's settings could not be restored"));
  }

  @Override
  boolean close(CloseReason reason, @Nullable ErrorResponse error) {
    if (waiting) {
      waiting = false;
      share.forget(this);
    }
    if (error != null && atMessageBoundary() && client.channel().isActive()) {
      ByteBuf encoded = client.alloc().buffer();
      BackendCodec.encode(error, encoded);
      client.write(encoded);
    }
    boolean busy = false;
    PooledBackend last = backend;
    backend = null;
    if (last != null && last.isOpen()) {
      boolean idle =
          queue.isEmpty()
              && !unsynced
              && !dying
              && requests.atMessageBoundary()
              && replies.isBetweenMessages();
      if (idle) {
        last.giveBack(cleaning());
      } else {
        busy = true;
        abandoned = last;
        last.discard(true);
      }
    }
    requests.close();
    replies.close();
    if (fromClient != null) {
      fromClient.close();
    }
    if (fromBackend != null) {
      fromBackend.close();
    }
    client.closeAfterFlush();
    pool.sessionClosed();
    return busy;
  }

  private boolean atMessageBoundary() {
    return fromBackend == null ? replies.atMessageBoundary() : fromBackend.atMessageBoundary();
  }

  private List<String> cleaning() {
    List<String> statements = new ArrayList<>();
    if (progress.transactionStatus() != 'I') {
      statements.add("ROLLBACK");
    }
    if (untilEnd || isPinned()) {
      statements.add("RESET ROLE");
      statements.add(PooledBackend.DISCARD_ALL);
    }
    return statements;
  }
}
