package dev.postern.proxy.relay;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.codec.BackendCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One session's forwarding, from the moment in which the backend is ready for the first query until
 * either side goes. Both legs live on one event loop, and every method but the constructor is
 * called there.
 */
public final class Relay {
  private final Leg client;
  private final Leg backend;
  private final Flow fromClient;
  private final Flow fromBackend;
  private final Progress progress;
  private final Declarations declarations;
  private final RelaySettings settings;
  private final String sessionId;
  private final RelayEnd end;
  private boolean ended;

  /**
   * @param clientChannel on the same event loop as {@code backendChannel}
   * @param end told once when it is over; both channels are then closing
   */
  public Relay(
      String sessionId,
      BlockingChannel clientChannel,
      BlockingChannel backendChannel,
      Declarations declarations,
      RelaySettings settings,
      RelayEnd end) {
    this.sessionId = sessionId;
    this.declarations = declarations;
    this.settings = settings;
    this.end = end;
    client = new Leg(this, true, clientChannel.channel());
    backend = new Leg(this, false, backendChannel.channel());
    boolean refusing = declarations.frontend.isDeciding();
    boolean cutClient = settings.countMessages() || !declarations.frontend.isEmpty();
    boolean cutBackend = settings.countMessages() || refusing || !declarations.backend.isEmpty();
    progress = new Progress(cutClient && cutBackend);
    Rejections rejections = new Rejections();
    if (refusing) {
      declarations.backend.want((byte) 'E');
    }
    fromClient =
        cutClient
            ? new MessageFlow<>(
                client,
                backend,
                this,
                new FrontendWire(this, progress, rejections),
                declarations.frontend)
            : new ClientBytes(backend, progress);
    fromBackend =
        cutBackend
            ? new MessageFlow<>(
                backend,
                client,
                this,
                new BackendWire(this, progress, rejections),
                declarations.backend)
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
    takeOver(backend, backendChannel);
    takeOver(client, clientChannel);
    if (!ended) {
      client.heedOther();
      backend.heedOther();
    }
  }

  private void takeOver(Leg leg, BlockingChannel channel) {
    ByteBuf rest = channel.handOver(leg);
    channel.channel().config().setAutoRead(true);
    if (ended || !rest.isReadable()) {
      rest.release();
      return;
    }
    progress.read(leg.isClient(), rest.readableBytes());
    (leg.isClient() ? fromClient : fromBackend).accept(rest);
    (leg.isClient() ? backend : client).flush();
  }

  public EventLoop eventLoop() {
    return client.channel().eventLoop();
  }

  public Progress progress() {
    return progress;
  }

  /**
   * Whether the backend's connection is open; for some time yes after an end in which it worked.
   */
  public boolean isBackendOpen() {
    return backend.channel().isActive();
  }

  boolean isEnded() {
    return ended;
  }

  int maxDeclaredMessage() {
    return settings.maxDeclaredMessage();
  }

  Duration interceptorTimeout() {
    return settings.interceptorTimeout();
  }

  void closed(Leg leg) {
    if (progress.terminated()) {
      end(CloseReason.CLIENT_TERMINATED, "the client ended the session", null);
    } else if (!leg.isClient()) {
      // After a ReadyForQuery it has not said why; else its last message may have been its own
      // error.
      boolean unexplained = progress.atReadyForQuery();
      end(
          CloseReason.BACKEND_CLOSED,
          "the backend closed the connection",
          unexplained ? connectionLost() : null);
    } else {
      end(CloseReason.CLIENT_VANISHED, "the client closed the connection without Terminate", null);
    }
  }

  void failed(Leg leg, Throwable cause) {
    String side = leg.isClient() ? "client" : "backend";
    end(
        leg.isClient() ? CloseReason.CLIENT_VANISHED : CloseReason.BACKEND_CLOSED,
        "the " + side + "'s connection failed: " + cause,
        // A server that says why it closes has said it.
        leg.isClient() || progress.atError() ? null : connectionLost());
  }

  void broken(Throwable cause) {
    end(CloseReason.INTERNAL_ERROR, "the relay failed: " + cause, internalError());
  }

  private static ErrorResponse connectionLost() {
    return ErrorResponse.fatal(
        SqlState.CONNECTION_FAILURE, "the connection to the server was lost");
  }

  void violated(Leg leg, String detail) {
    if (leg.isClient()) {
      end(
          CloseReason.CLIENT_PROTOCOL_VIOLATION,
          "protocol violation by the client: " + detail,
          ErrorResponse.fatal(SqlState.PROTOCOL_VIOLATION, "protocol violation: " + detail));
    } else {
      end(
          CloseReason.BACKEND_PROTOCOL_VIOLATION,
          "protocol violation by the backend: " + detail,
          ErrorResponse.fatal(SqlState.PROTOCOL_VIOLATION, "the server broke the protocol"));
    }
  }

  void tooLarge(Leg leg, byte type, int length) {
    String message =
        "a message of type %c and %d bytes is larger than limits.intercepted-message (%d bytes), and an interceptor has to see it"
            .formatted((char) (type & 0xff), length, settings.maxDeclaredMessage());
    end(
        CloseReason.INTERCEPTOR,
        (leg.isClient() ? "from the client: " : "from the backend: ") + message,
        ErrorResponse.fatal(SqlState.PROGRAM_LIMIT_EXCEEDED, message));
  }

  void interceptorFailed(InterceptorFailure failure) {
    end(CloseReason.INTERCEPTOR, String.valueOf(failure.getMessage()), internalError());
  }

  void interceptorLate(String interceptor) {
    end(
        CloseReason.INTERCEPTOR,
        "interceptor "
            + interceptor
            + " did not decide within "
            + settings.interceptorTimeout().toMillis()
            + " ms",
        internalError());
  }

  private ErrorResponse internalError() {
    return ErrorResponse.fatal(
        SqlState.INTERNAL_ERROR, "internal error (session " + sessionId + ")");
  }

  void endedBy(String interceptor, SqlState sqlState, String message) {
    end(
        CloseReason.INTERCEPTOR,
        "ended by interceptor " + interceptor + ": " + message,
        ErrorResponse.fatal(sqlState, message));
  }

  /**
   * Ends the session. Only the first call counts.
   *
   * @param error what the client is told, if what it has received so far ends with a whole message;
   *     or {@code null}
   */
  public void end(CloseReason reason, String detail, @Nullable ErrorResponse error) {
    if (ended) {
      return;
    }
    ended = true;
    boolean busy = progress.busy() && reason != CloseReason.CLIENT_TERMINATED;
    if (error != null && fromBackend.atMessageBoundary() && client.channel().isActive()) {
      ByteBuf encoded = client.channel().alloc().buffer();
      BackendCodec.encode(error, encoded);
      client.write(encoded);
    }
    if (reason != CloseReason.BACKEND_CLOSED
        && !busy
        && !progress.terminated()
        && fromClient.atMessageBoundary()) {
      ByteBuf terminate = backend.channel().alloc().buffer(5);
      backend.write(terminate.writeByte('X').writeInt(4));
    }
    fromClient.close();
    fromBackend.close();
    client.closeAfterFlush();
    if (busy) {
      backend.abandon();
    } else {
      backend.closeAfterFlush();
    }
    declarations.closed(reason);
    end.ended(reason, detail, busy);
  }

  /** Whose fault an end for this reason is. */
  public static FailureKind kindOf(CloseReason reason) {
    return switch (reason) {
      case CLIENT_TERMINATED, CLIENT_VANISHED, CLIENT_PROTOCOL_VIOLATION, IDLE_TIMEOUT ->
          FailureKind.CLIENT;
      case BACKEND_CLOSED, BACKEND_PROTOCOL_VIOLATION -> FailureKind.BACKEND;
      case INTERCEPTOR -> FailureKind.PLUGIN;
      case KILLED, SHUTDOWN, INTERNAL_ERROR -> FailureKind.PROXY;
    };
  }
}
