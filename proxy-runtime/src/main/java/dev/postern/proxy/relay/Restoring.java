package dev.postern.proxy.relay;

import dev.postern.api.message.ParameterStatus;
import dev.postern.proxy.pool.PooledBackend;
import dev.postern.proxy.pool.ServerParameters;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What RESET means for the settings of a client whose connections were opened for all. */
final class Restoring {
  private static final int HEADER_LENGTH = 5;

  private final PooledRelay relay;
  private boolean resetting;

  /** Settings that a RESET has touched since the session took its backend. */
  private final Set<String> restoredNames = new HashSet<>(0);

  Restoring(PooledRelay relay) {
    this.relay = relay;
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
   * @return {@code null} if it hears the value
   */
  @Nullable ParameterStatus insteadOf(ByteBuf bytes, int at, int size) {
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
    String atStart = relay.initial().values().get(name);
    if (atStart == null || ServerParameters.isReadOnly(name)) {
      return null;
    }
    restoredNames.add(name);
    return atStart.equals(relay.backend().parameters().values().get(name))
        ? null
        : new ParameterStatus(name, atStart);
  }

  /** The client's settings when it gives its backend back. */
  ServerParameters parametersOf(PooledBackend from, ServerParameters initial) {
    ServerParameters parameters = from.parameters();
    if (restoredNames.isEmpty()) {
      return parameters;
    }
    for (String name : restoredNames) {
      String atStart = initial.values().get(name);
      if (atStart != null) {
        parameters = parameters.with(name, atStart);
      }
    }
    restoredNames.clear();
    return from.pool().intern(parameters);
  }
}
