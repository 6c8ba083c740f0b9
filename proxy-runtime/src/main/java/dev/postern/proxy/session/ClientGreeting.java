package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.proxy.backend.BackendConnection;
import dev.postern.proxy.backend.Greeting;
import dev.postern.proxy.frontend.FrontendConnection;
import dev.postern.proxy.pool.PooledBackend;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a client has been told between AuthenticationOk and the first ReadyForQuery; it is sent when
 * the client's connection is flushed. The cancel key in it is Postern's, never a server's.
 *
 * @param backendLogin how Postern logged in to the server, for people
 * @param backendKey of the session's own backend; {@code null} if it has given none, or if the
 *     session has none of its own
 * @param clientKey what the client has instead; {@code null}: it cannot cancel
 */
record ClientGreeting(
    String backendLogin, @Nullable BackendKeyData backendKey, @Nullable BackendKeyData clientKey) {
  /** Passes the backend's own greeting on. Blocks. */
  static ClientGreeting of(
      BackendConnection backend,
      FrontendConnection client,
      CancelKeys keys,
      ProtocolVersion version)
      throws InterruptedException, SessionException {
    client.send(new AuthenticationOk());
    Passing passing = new Passing(client, keys, version);
    try {
      BackendKeyData theirs = Greeting.read(backend, passing).key();
      return new ClientGreeting(backend.loginMethod(), theirs, passing.ours);
    } catch (IOException e) {
      throw new SessionException(
          SqlState.CONNECTION_FAILURE,
          FailureKind.BACKEND,
          "the server closed the connection unexpectedly",
          "backend " + backend.backend().address() + " after the login there: " + e.getMessage(),
          e);
    }
  }

  /** As it came, but for the key. */
  private static final class Passing implements Greeting.Hearer {
    private final FrontendConnection client;
    private final CancelKeys keys;
    private final ProtocolVersion version;
    private @Nullable BackendKeyData ours;

    Passing(FrontendConnection client, CancelKeys keys, ProtocolVersion version) {
      this.client = client;
      this.keys = keys;
      this.version = version;
    }

    @Override
    public void heard(BackendMessage message, ByteBuf bytes) {
      if (message instanceof BackendKeyData theirs) {
        ours = keys.newKey(theirs.processId(), version);
        client.send(ours);
      } else {
        client.send(bytes);
      }
    }
  }

  /** Says what the pool's servers report. */
  static ClientGreeting of(
      PoolCheckout checkout, FrontendConnection client, CancelKeys keys, ProtocolVersion version) {
    client.send(new AuthenticationOk());
    client.send(checkout.parameters()::writeTo);
    PooledBackend own = checkout.backend();
    BackendKeyData theirs = own == null ? null : own.key();
    BackendKeyData ours = null;
    if (own == null || theirs != null) {
      // A session with one backend is found by its process id, as in the server's own views.
      int processId = theirs == null ? keys.newProcessId() : theirs.processId();
      ours = keys.newKey(processId, version);
      client.send(ours);
    }
    client.send(new ReadyForQuery(TransactionStatus.IDLE));
    return new ClientGreeting(own == null ? "pool" : own.loginMethod(), theirs, ours);
  }
}
