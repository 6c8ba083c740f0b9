package dev.postern.proxy.session;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.proxy.backend.BackendConnection;
import dev.postern.proxy.backend.BackendRefusedException;
import dev.postern.proxy.codec.MessageTypes;
import dev.postern.proxy.codec.ProtocolException;
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
record Greeting(
    String backendLogin, @Nullable BackendKeyData backendKey, @Nullable BackendKeyData clientKey) {
  /** All that a server says between AuthenticationOk and ReadyForQuery, in bytes. */
  private static final int MAX_LENGTH = 1024 * 1024;

  /** Passes the backend's own greeting on. Blocks. */
  static Greeting of(
      BackendConnection backend,
      FrontendConnection client,
      CancelKeys keys,
      ProtocolVersion version)
      throws IOException, InterruptedException, SessionException {
    client.send(new AuthenticationOk());
    BackendKeyData theirs = null;
    BackendKeyData ours = null;
    byte type;
    int length = 0;
    do {
      ByteBuf message = read(backend);
      try {
        length += message.readableBytes();
        if (length > MAX_LENGTH) {
          throw ProtocolException.byServer(
              "greeting of more than " + MAX_LENGTH + " bytes before the first ReadyForQuery");
        }
        type = message.getByte(message.readerIndex());
        switch (type) {
          case MessageTypes.BACKEND_KEY_DATA -> {
            theirs = (BackendKeyData) BackendConnection.decode(message);
            ours = keys.newKey(theirs.processId(), version);
            client.send(ours);
          }
          case MessageTypes.ERROR_RESPONSE ->
              throw new BackendRefusedException(
                  (ErrorResponse) BackendConnection.decode(message), "");
          case MessageTypes.PARAMETER_STATUS,
              MessageTypes.NOTICE_RESPONSE,
              MessageTypes.READY_FOR_QUERY -> {
            BackendConnection.decode(message);
            client.send(message);
          }
          default ->
              throw ProtocolException.byServer(
                  "a message of type 0x%02x in the greeting".formatted(type & 0xff));
        }
      } finally {
        message.release();
      }
    } while (type != MessageTypes.READY_FOR_QUERY);
    return new Greeting(backend.loginMethod(), theirs, ours);
  }

  private static ByteBuf read(BackendConnection backend)
      throws InterruptedException, SessionException {
    try {
      return backend.read("the backend's greeting");
    } catch (IOException e) {
      throw new SessionException(
          SqlState.CONNECTION_FAILURE,
          FailureKind.BACKEND,
          "the server closed the connection unexpectedly",
          "backend " + backend.backend().address() + " after the login there: " + e.getMessage(),
          e);
    }
  }

  /** Says what the pool's servers report. */
  static Greeting of(
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
    return new Greeting(own == null ? "pool" : own.loginMethod(), theirs, ours);
  }
}
