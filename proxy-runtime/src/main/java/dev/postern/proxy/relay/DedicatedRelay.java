package dev.postern.proxy.relay;

import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.codec.BackendCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import org.jspecify.annotations.Nullable;

/** A session with a backend of its own, from the first query to the end of both. */
public final class DedicatedRelay extends Relay {
  private final Leg client;
  private final Leg backend;
  private final Flow fromClient;
  private final Flow fromBackend;
  private final Progress progress;
  private final @Nullable CancelTarget cancelTarget;

  /**
   * Whether the client has gone or sends nothing more, and its server finishes what it has asked.
   */
  private boolean leaving;

  /**
   * @param clientChannel on the same event loop as {@code backendChannel}
   * @param cancelTarget where its backend is cancelled, or {@code null} if it gave no key
   * @param end told once when it is over; both channels are then closing
   */
  public DedicatedRelay(
      String sessionId,
      BlockingChannel clientChannel,
      BlockingChannel backendChannel,
      Declarations declarations,
      RelaySettings settings,
      @Nullable CancelTarget cancelTarget,
      RelayEnd end) {
    super(sessionId, declarations, settings, end);
    this.cancelTarget = cancelTarget;
    client = new Leg(this, true, clientChannel.channel());
    backend = new Leg(this, false, backendChannel.channel());
    boolean deciding = declarations.frontend.isDeciding();
    boolean cutClient = settings.countMessages() || !declarations.frontend.isEmpty();
    boolean cutBackend = settings.countMessages() || deciding || !declarations.backend.isEmpty();
    progress = new Progress();
    Rejections rejections = new Rejections(declarations.isPhysicalReplication());
    GivenAnswers answers = deciding ? declarations.givenAnswers() : null;
    fromClient =
        cutClient
            ? FrontendWire.flow(client, backend, this, progress, rejections, answers)
            : new ClientBytes(backend, progress);
    fromBackend =
        cutBackend
            ? BackendWire.flow(backend, client, this, progress, rejections, answers)
            : new BackendBytes(client, progress);
    client.connect(backend, fromClient);
    backend.connect(client, fromBackend);
  }

  /** Takes both channels over, with what nobody has read of them. */
  public void start(BlockingChannel clientChannel, BlockingChannel backendChannel) {
    if (!clientChannel.channel().isActive() || !backendChannel.channel().isActive()) {
      clientChannel.release();
      backendChannel.release();
      closed(clientChannel.channel().isActive() ? backend : client);
      return;
    }
    // A client that sends nothing more may still read.
    clientChannel.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    takeOver(backend, backendChannel);
    takeOver(client, clientChannel);
    if (!isEnded()) {
      client.heedOther();
      backend.heedOther();
    }
  }

  private void takeOver(Leg leg, BlockingChannel channel) {
    ByteBuf rest = channel.handOver(leg);
    channel.channel().config().setAutoRead(true);
    if (isEnded() || !rest.isReadable()) {
      rest.release();
      return;
    }
    progress.read(leg.isClient(), rest.readableBytes());
    (leg.isClient() ? fromClient : fromBackend).accept(rest);
    (leg.isClient() ? backend : client).flush();
  }

  @Override
  public EventLoop eventLoop() {
    return client.channel().eventLoop();
  }

  @Override
  public Progress progress() {
    return progress;
  }

  @Override
  public boolean isBackendOpen() {
    return backend.channel().isActive();
  }

  @Override
  public void cancel(Promise<@Nullable CancelTarget> target) {
    target.trySuccess(cancelTarget);
  }

  @Override
  public void whenBackendIsFree(Runnable task) {
    backend.channel().closeFuture().addListener(closed -> task.run());
  }

  /** The client has said Terminate, and may stay to read. */
  void clientTerminated() {
    if (progress.busy()) {
      departs();
    }
  }

  /**
   * The client sends nothing more. As it would without Postern, the server does what came before,
   * and finds the end when it reads on; but not for ever.
   */
  void clientEnded() {
    if (isEnded() || leaving) {
      return;
    }
    if (progress.busy() || client.isHeld()) {
      leaving = true;
      departs();
      passEnd();
    } else {
      clientLeft();
    }
  }

  /** Tells the server that nothing more comes, unless an interceptor still decides what does. */
  void passEnd() {
    if (leaving && !isEnded() && !client.isHeld()) {
      backend.end();
    }
  }

  private void clientLeft() {
    if (progress.terminated()) {
      end(CloseReason.CLIENT_TERMINATED, "the client ended the session", null);
    } else {
      end(CloseReason.CLIENT_VANISHED, "the client closed the connection without Terminate", null);
    }
  }

  /** Whether the session goes on without its client, which has said before that it leaves. */
  private boolean goesOnWithout() {
    if (!leaving && progress.terminated()) {
      clientEnded();
    }
    if (!leaving || isEnded()) {
      return false;
    }
    client.deafen();
    return true;
  }

  /** The server goes on answering a client that has gone. */
  void unheard() {
    end(CloseReason.CLIENT_VANISHED, Departure.UNHEARD, null);
  }

  void closed(Leg leg) {
    if (leg.isClient()) {
      if (!goesOnWithout()) {
        clientLeft();
      }
    } else if (progress.terminated() || leaving) {
      clientLeft();
    } else {
      // After a ReadyForQuery it has not said why; else its last message may have been its own
      // error.
      boolean unexplained = progress.atReadyForQuery();
      end(
          CloseReason.BACKEND_CLOSED,
          "the backend closed the connection",
          unexplained ? connectionLost() : null);
    }
  }

  void failed(Leg leg, Throwable cause) {
    if (leg.isClient() && goesOnWithout()) {
      return;
    }
    if (!leg.isClient() && leaving) {
      clientLeft();
      return;
    }
    String side = leg.isClient() ? "client" : "backend";
    end(
        leg.isClient() ? CloseReason.CLIENT_VANISHED : CloseReason.BACKEND_CLOSED,
        "the " + side + "'s connection failed: " + cause,
        // A server that says why it closes has said it.
        leg.isClient() || progress.atError() ? null : connectionLost());
  }

  @Override
  boolean isIdle() {
    return progress.atReadyForQuery()
        && !progress.busy()
        && progress.transactionStatus() == 'I'
        && !backend.isHeld();
  }

  @Override
  boolean close(CloseReason reason, @Nullable ErrorResponse error) {
    boolean busy = progress.busy() && backend.channel().isActive();
    if (error != null && fromBackend.atMessageBoundary() && client.channel().isActive()) {
      ByteBuf encoded = client.channel().alloc().buffer();
      BackendCodec.encode(error, encoded);
      client.write(encoded);
    }
    if (reason != CloseReason.BACKEND_CLOSED
        && !busy
        && !progress.terminated()
        && !leaving
        && fromClient.atMessageBoundary()) {
      ByteBuf terminate = backend.channel().alloc().buffer(5);
      backend.write(terminate.writeByte('X').writeInt(4));
    }
    fromClient.close();
    fromBackend.close();
    client.closeAfterFlush(reason == CloseReason.CLIENT_TERMINATED);
    if (busy) {
      backend.abandon();
    } else {
      backend.closeAfterFlush(true);
    }
    return busy;
  }
}
