package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.Query;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.ServerParameters;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The reported settings of a client whose backends were opened for all: restored on each that the
 * session takes, and what RESET means for them.
 */
final class Restoring {
  private static final int HEADER_LENGTH = 5;

  private final PooledRelay relay;
  private final RequestQueue queue;

  /** What the client was told at its start. */
  private final ServerParameters initial;

  /** What it had when it gave its last backend back. */
  private ServerParameters parameters;

  private boolean resetting;

  /** Settings that a RESET has touched since the session took its backend. */
  private final Set<String> restoredNames = new HashSet<>(0);

  Restoring(PooledRelay relay, RequestQueue queue, ServerParameters initial) {
    this.relay = relay;
    this.queue = queue;
    this.initial = initial;
    parameters = initial;
  }

  /** The session has taken a backend: where its settings differ, they are set first. */
  void taken(PooledBackend backend) {
    String changes = backend.parameters().changesTo(parameters);
    if (changes != null) {
      ByteBuf encoded = relay.alloc().buffer();
      FrontendCodec.encode(new Query(changes), encoded);
      queue.add(RequestQueue.QUERY | RequestQueue.OWN, null);
      backend.write(encoded);
      backend.prepared().unnamedOwner(null); // which a simple query ends
    }
  }

  /** The backend does not take the client's settings. */
  void failed(ErrorResponse error) {
    relay.end(
        CloseReason.INTERNAL_ERROR,
        "the client's settings could not be restored: " + error.message(),
        ErrorResponse.fatal(
            SqlState.INTERNAL_ERROR, "the session's settings could not be restored"));
  }

  /** A RESET or DISCARD ALL is done: what servers report until ReadyForQuery is its outcome. */
  void reset() {
    resetting = true;
  }

  /** A ReadyForQuery has come. */
  void ready() {
    resetting = false;
  }

  /**
   * What a client hears in place of a setting's value after RESET: settings return to what the
   * client asked for at its start, and not to what the connection was opened with.
   *
   * @param now what the server has reported, this ParameterStatus included
   * @return {@code null} if it hears the value
   */
  @Nullable ParameterStatus insteadOf(ByteBuf bytes, int at, int size, ServerParameters now) {
    if (!resetting && restoredNames.isEmpty()) {
      return null;
    }
    int nameEnd = bytes.indexOf(at + HEADER_LENGTH, at + size, (byte) 0);
    String name =
        bytes.toString(at + HEADER_LENGTH, nameEnd - at - HEADER_LENGTH, StandardCharsets.UTF_8);
    if (!resetting) {
      restoredNames.remove(name); // set anew, or the RESET was rolled back
      return null;
    }
    String atStart = initial.values().get(name);
    if (atStart == null || ServerParameters.isReadOnly(name)) {
      return null;
    }
    restoredNames.add(name);
    return atStart.equals(now.values().get(name)) ? null : new ParameterStatus(name, atStart);
  }

  /** The session gives its backend back: the client's settings are what it leaves there. */
  void givenBack(PooledBackend backend) {
    parameters = backend.parameters();
    if (restoredNames.isEmpty()) {
      return;
    }
    for (String name : restoredNames) {
      String atStart = initial.values().get(name);
      if (atStart != null) {
        parameters = parameters.with(name, atStart);
      }
    }
    restoredNames.clear();
    parameters = backend.pool().intern(parameters);
  }
}
