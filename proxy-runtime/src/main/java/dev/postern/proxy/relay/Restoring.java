package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.Query;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.ServerParameters;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
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

  /** What that had been opened with. */
  private ServerParameters opened;

  /** Whether the backend has been asked to take them, and has not answered. */
  private boolean underWay;

  private boolean resetting;
  private boolean resettingAll;

  /** Settings that a RESET has touched since the session took its backend. */
  private final Set<String> restoredNames = new HashSet<>(0);

  Restoring(PooledRelay relay, RequestQueue queue, ServerParameters initial) {
    this.relay = relay;
    this.queue = queue;
    this.initial = initial;
    parameters = initial;
    opened = initial;
  }

  /** The session has taken a backend: where its settings differ, they are set first. */
  void taken(PooledBackend backend) {
    ServerParameters there = backend.parameters();
    if (!there.equals(parameters)) {
      adapt(backend, there);
    }
  }

  private void adapt(PooledBackend backend, ServerParameters there) {
    String missing = there.missing(parameters, initial, opened);
    if (missing != null) {
      failed("the server does not report " + missing);
      return;
    }
    there.readOnlyOtherThan(parameters).forEach(this::tell);
    String changes = there.changesTo(parameters, backend.initial());
    if (changes != null) {
      ByteBuf encoded = relay.alloc().buffer();
      FrontendCodec.encode(new Query(changes), encoded);
      queue.add(RequestQueue.QUERY | RequestQueue.OWN, null);
      backend.write(encoded);
      backend.prepared().unnamedOwner(null); // which a simple query ends
      underWay = true;
    }
  }

  /** The server is another one than before, or not what it was. */
  private void tell(String name, String value) {
    parameters = parameters.with(name, value);
    ByteBuf encoded = relay.alloc().buffer();
    BackendCodec.encode(new ParameterStatus(name, value), encoded);
    relay.toClient(encoded);
  }

  /**
   * Whether what the backend reports in its answer to a query of Postern's own is not what that has
   * set: the server's configuration was read again meanwhile, or it is no standby any more.
   *
   * @param backend has reported it
   */
  boolean isNews(ByteBuf bytes, int at, int size, PooledBackend backend) {
    if (!underWay) {
      return true;
    }
    String name = name(bytes, at, size);
    String told = parameters.values().get(name);
    return told != null && !told.equals(backend.parameters().values().get(name));
  }

  private static String name(ByteBuf bytes, int at, int size) {
    int from = at + HEADER_LENGTH;
    int end = bytes.indexOf(from, at + size, (byte) 0);
    return bytes.toString(from, end - from, StandardCharsets.UTF_8);
  }

  /** What the backend works with when it comes to the client's next request, as far as it says. */
  ServerParameters settings() {
    return underWay ? parameters : relay.lease().backend().parameters();
  }

  /** The backend does not take the client's settings. */
  void failed(ErrorResponse error) {
    failed(error.message());
  }

  private void failed(String why) {
    relay.end(
        CloseReason.INTERNAL_ERROR,
        "the client's settings could not be restored: " + why,
        ErrorResponse.fatal(
            SqlState.INTERNAL_ERROR, "the session's settings could not be restored"));
  }

  /**
   * Something is reset: what servers report until ReadyForQuery is its outcome, if that is what the
   * connection was opened with.
   *
   * @param all whether everything is
   */
  void reset(boolean all) {
    resetting = true;
    resettingAll |= all;
  }

  /** A ReadyForQuery has come. */
  void ready() {
    underWay = false; // the first answer of each backend
    resetting = false;
    resettingAll = false;
  }

  /**
   * What a client hears in place of a setting's value after RESET: settings return to what the
   * client asked for at its start, and not to what the connection was opened with.
   *
   * @param backend has reported it
   * @return {@code null} if it hears the value
   */
  @Nullable ParameterStatus insteadOf(ByteBuf bytes, int at, int size, PooledBackend backend) {
    if (!resetting && restoredNames.isEmpty()) {
      return null;
    }
    String name = name(bytes, at, size);
    if (!resetting) {
      restoredNames.remove(name); // set anew, or the RESET was rolled back
      return null;
    }
    String atStart = initial.values().get(name);
    if (atStart == null || ServerParameters.isReadOnly(name)) {
      return null;
    }
    if (!isAsOpened(name, backend)) {
      restoredNames.remove(name); // set behind the RESET
      return null;
    }
    restoredNames.add(name);
    return atStart.equals(backend.parameters().values().get(name))
        ? null
        : new ParameterStatus(name, atStart);
  }

  private static boolean isAsOpened(String name, PooledBackend backend) {
    return Objects.equals(
        backend.parameters().values().get(name), backend.initial().values().get(name));
  }

  /**
   * What a client hears before ReadyForQuery of settings that are reset, and of which the server
   * says nothing because they are as the connection was opened with.
   */
  List<ParameterStatus> unreported(byte status, PooledBackend backend) {
    if (!resettingAll || status != 'I') {
      return List.of();
    }
    List<ParameterStatus> unreported = new ArrayList<>(0);
    initial
        .values()
        .forEach(
            (name, atStart) -> {
              if (!ServerParameters.isReadOnly(name)
                  && isAsOpened(name, backend)
                  && !atStart.equals(backend.parameters().values().get(name))
                  && restoredNames.add(name)) {
                unreported.add(new ParameterStatus(name, atStart));
              }
            });
    return unreported;
  }

  /** The session gives its backend back: the client's settings are what it leaves there. */
  void givenBack(PooledBackend backend) {
    parameters = backend.parameters();
    opened = backend.initial();
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
