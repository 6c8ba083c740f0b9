package dev.postern.proxy.relay;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.codec.MessageTypes;
import dev.postern.proxy.pool.Wait;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's forwarding, from the moment in which it may send its first query until either side
 * goes. Called on the session's event loop, but for what says otherwise.
 */
public abstract sealed class Relay permits DedicatedRelay, PooledRelay {
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  final Declarations declarations;
  private final String sessionId;
  private final RelaySettings settings;
  private final RelayEnd end;
  private boolean ended;

  /** Set when the session is to end as soon as it is idle. */
  private @Nullable Runnable parting;

  /** Set when the client went before all that it had asked was done. */
  private @Nullable Future<?> departed;

  Relay(String sessionId, Declarations declarations, RelaySettings settings, RelayEnd end) {
    declarations.seal();
    this.sessionId = sessionId;
    this.declarations = declarations;
    this.settings = settings;
    this.end = end;
  }

  /** Any thread. */
  public abstract EventLoop eventLoop();

  /** How far the session has come. Any thread; what it reads may be a moment old. */
  public abstract Progress progress();

  /**
   * Whether the backend's connection is open; for some time yes after an end in which it worked.
   * Any thread.
   */
  public abstract boolean isBackendOpen();

  /**
   * What the session waits for, or {@code null} if it does not wait for a backend. Any thread; what
   * it reads may be a moment old.
   */
  public @Nullable Wait waiting() {
    return null;
  }

  /** Whether the session waits for a backend. Any thread; what it reads may be a moment old. */
  public final boolean isWaiting() {
    return waiting() != null;
  }

  /**
   * What ties the session to its backend between transactions, for people; nothing if it is free,
   * or keeps its backend anyway. Any thread; what it reads may be a moment old.
   */
  public List<String> pins() {
    return List.of();
  }

  /**
   * The channels that the session listens to through its pool's listening connection, for people.
   * Any thread; what it reads may be a moment old.
   */
  public List<String> channels() {
    return List.of();
  }

  /**
   * Somebody wants to cancel what the session does.
   *
   * @param target hears, now or a moment later, what a CancelRequest is to do, or {@code null} if
   *     there is nothing to cancel; whoever asks says when that is done
   */
  public abstract void cancel(Promise<@Nullable CancelTarget> target);

  /** Runs a task when, after the session's end, its backend works for it no more. */
  public abstract void whenBackendIsFree(Runnable task);

  /**
   * Ends what is between the two sides; called once.
   *
   * @param error what the client is told, if what it has received so far ends with a whole message
   * @return whether the backend may still be working on what the client asked
   */
  abstract boolean close(CloseReason reason, @Nullable ErrorResponse error);

  /** Whether the client is in no transaction, and has all the answers that it asked for. */
  abstract boolean isIdle();

  /**
   * Ends the session as {@link #end} does, but not before it {@link #isIdle}: now, or as soon as
   * that is so.
   */
  public final void endWhenIdle(CloseReason reason, String detail, ErrorResponse error) {
    parting = () -> end(reason, detail, error);
    mayPart();
  }

  /** Perhaps the session is idle; called between two reads, not in the middle of what is read. */
  final void mayPart() {
    if (parting != null && !ended && isIdle()) {
      parting.run();
    }
  }

  final boolean isParting() {
    return parting != null;
  }

  /**
   * Ends the session. Only the first call counts.
   *
   * @param error what the client is told, if what it has received so far ends with a whole message;
   *     or {@code null}
   */
  public final void end(CloseReason reason, String detail, @Nullable ErrorResponse error) {
    if (ended) {
      return;
    }
    ended = true;
    if (departed != null) {
      departed.cancel(false);
    }
    boolean busy = close(reason, error);
    declarations.closed(reason);
    end.ended(reason, detail, error == null ? null : error.sqlState(), busy);
  }

  /**
   * The client has gone, or sends nothing more, and not all that it asked is done. From the first
   * call on, that may take as long as the settings say.
   */
  final void departs() {
    Duration limit = settings.departedTimeout();
    if (!ended && departed == null && !limit.isZero()) {
      departed = eventLoop().schedule(this::departedLongAgo, limit.toNanos(), NANOSECONDS);
    }
  }

  private void departedLongAgo() {
    String detail =
        "the client has gone, and the server was not done with what it had asked within timeouts.departed ("
            + settings.departedTimeout().toMillis()
            + " ms)";
    if (progress().terminated()) {
      end(CloseReason.CLIENT_TERMINATED, detail, null);
    } else { // it may still read
      end(
          CloseReason.CLIENT_VANISHED,
          detail,
          ErrorResponse.fatal(
              SqlState.QUERY_CANCELED, "canceling statement because its client sends no more"));
    }
  }

  final boolean isEnded() {
    return ended;
  }

  final int maxDeclaredMessage() {
    return settings.maxDeclaredMessage();
  }

  final Duration interceptorTimeout() {
    return settings.interceptorTimeout();
  }

  final void broken(Throwable cause) {
    end(CloseReason.INTERNAL_ERROR, "the relay failed: " + cause, internalError());
  }

  static ErrorResponse connectionLost() {
    return ErrorResponse.fatal(
        SqlState.CONNECTION_FAILURE, "the connection to the server was lost");
  }

  final void violated(Side side, String detail) {
    if (side.isClient()) {
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

  final void wrongLength(Side side, byte type, int length) {
    violated(
        side,
        side.isClient() && FrontendLengths.areFixed(type)
            ? "%s: length %d (expected: 4)".formatted(MessageTypes.frontendName(type), length)
            : "message type 0x%02x: length %d".formatted(type & 0xff, length));
  }

  /** A client has sent what makes it uncertain what the server's answers are for. */
  final void outOfOrder(Side client) {
    violated(client, "it cannot be told any more which answer belongs to which message");
  }

  final void tooLarge(Side side, byte type, int length) {
    String message =
        "a message of type %c and %d bytes is larger than limits.intercepted-message (%d bytes), and an interceptor has to see it"
            .formatted((char) (type & 0xff), length, settings.maxDeclaredMessage());
    end(
        CloseReason.INTERCEPTOR,
        (side.isClient() ? "from the client: " : "from the backend: ") + message,
        ErrorResponse.fatal(SqlState.PROGRAM_LIMIT_EXCEEDED, message));
  }

  final void interceptorFailed(InterceptorFailure failure) {
    if (!ended) {
      log.atError()
          .addKeyValue("sessionId", sessionId)
          .addKeyValue("plugin", failure.interceptor())
          .setCause(failure.getCause())
          .log("an interceptor failed");
    }
    end(CloseReason.INTERCEPTOR, String.valueOf(failure.getMessage()), internalError());
  }

  final void interceptorLate(String interceptor) {
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

  final void endedBy(String interceptor, SqlState sqlState, String message) {
    end(
        CloseReason.INTERCEPTOR,
        "ended by interceptor " + interceptor + ": " + message,
        ErrorResponse.fatal(sqlState, message));
  }

  /** A client sends what is refused, on and on, and its server comes to none of it. */
  final void refusedTooMuch() {
    endedBy(
        "(refused too much)",
        SqlState.PROGRAM_LIMIT_EXCEEDED,
        "too many refused messages wait for the server to come to them");
  }

  /** Whose fault an end for this reason is. */
  public static FailureKind kindOf(CloseReason reason) {
    return switch (reason) {
      case CLIENT_TERMINATED,
          CLIENT_VANISHED,
          CLIENT_PROTOCOL_VIOLATION,
          CLIENT_TOO_SLOW,
          IDLE_TIMEOUT,
          LOGIN_EXPIRED ->
          FailureKind.CLIENT;
      case POOL_TIMEOUT -> FailureKind.OVERLOAD;
      case BACKEND_CLOSED, BACKEND_UNAVAILABLE, BACKEND_PROTOCOL_VIOLATION -> FailureKind.BACKEND;
      case INTERCEPTOR -> FailureKind.PLUGIN;
      case KILLED, SHUTDOWN, INTERNAL_ERROR -> FailureKind.PROXY;
    };
  }
}
