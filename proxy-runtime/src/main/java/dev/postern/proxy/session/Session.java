package dev.postern.proxy.session;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import dev.postern.proxy.relay.Progress;
import dev.postern.proxy.relay.Relay;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session that relays. Its state changes on its event loop only; other threads ask it to. */
public final class Session {
  private final SessionInfo info;
  private @Nullable Relay relay;
  private long seenBytes;
  private Instant lastActivity;

  Session(SessionInfo info) {
    this.info = info;
    this.lastActivity = info.startedAt();
  }

  /** Called once, before any other thread knows the session. */
  void relay(Relay newRelay) {
    this.relay = newRelay;
  }

  public SessionInfo info() {
    return info;
  }

  public String id() {
    return info.sessionId();
  }

  /** How far it has come; what another thread reads may be a moment old. */
  public Progress progress() {
    return relay().progress();
  }

  /**
   * When something last came from either side, to a second.
   *
   * @param now the time of this look: what has come since the last look counts as having come now
   */
  public synchronized Instant lastActivity(Instant now) {
    long bytes = progress().bytesFromClient() + progress().bytesFromBackend();
    if (bytes != seenBytes) {
      seenBytes = bytes;
      lastActivity = now;
    }
    return lastActivity;
  }

  public Relay relay() {
    return Objects.requireNonNull(relay);
  }

  /** Ends the session; the client is told why where the stream of messages allows it. */
  public void end(CloseReason reason, String detail, SqlState sqlState, String clientMessage) {
    relay()
        .eventLoop()
        .execute(() -> relay().end(reason, detail, ErrorResponse.fatal(sqlState, clientMessage)));
  }
}
