package dev.postern.proxy.frontend;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.GSSENCRequest;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.SSLRequest;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.message.StartupPacket;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.PlaintextBeforeTlsException;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.tls.ServerHandshake;
import dev.postern.proxy.tls.ServerTls;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;

/**
 * How a connection begins (PostgreSQL documentation, "Start-up", "SSL Session Encryption", "GSSAPI
 * Session Encryption"): TLS at once or on request, then a StartupMessage or a CancelRequest.
 * Nothing that was sent in clear is processed after TLS began.
 */
public final class Negotiation {
  /** The first byte of a TLS record that holds a handshake message. */
  private static final byte TLS_HANDSHAKE = 0x16;

  private final ListenerSecurity security;

  public Negotiation(ListenerSecurity security) {
    this.security = security;
  }

  /**
   * Waits until the client has said what it came for.
   *
   * @throws SessionException if it broke the protocol, or may not come like this
   */
  public Opening perform(FrontendConnection client)
      throws IOException, InterruptedException, SessionException {
    BlockingChannel channel = client.channel();
    ServerTls tls = security.tls();
    if (channel.peek("a startup packet") == TLS_HANDSHAKE && tls != null) {
      directTls(client, tls);
    }
    boolean sslRequested = false;
    boolean gssRequested = false;
    while (true) {
      StartupPacket packet = read(channel);
      switch (packet) {
        case SSLRequest _ -> {
          checkFirst(channel, sslRequested);
          sslRequested = true;
          answerSslRequest(client);
        }
        case GSSENCRequest _ -> {
          checkFirst(channel, gssRequested);
          gssRequested = true;
          channel.write(oneByte(channel, 'N'));
        }
        case CancelRequest request -> {
          return new Opening.Cancel(request);
        }
        case StartupMessage startup -> {
          return login(client, startup);
        }
      }
    }
  }

  private static void checkFirst(BlockingChannel channel, boolean requested)
      throws SessionException {
    if (requested || channel.tls() != null) {
      throw FrontendConnection.violation("encryption was requested twice");
    }
  }

  private static void directTls(FrontendConnection client, ServerTls tls)
      throws IOException, InterruptedException, SessionException {
    ServerHandshake handshake = tls.newHandshake(client.channel().alloc());
    client.startTls(handshake, null, true);
    if (!handshake.agreedOnPostgresql()) {
      throw FrontendConnection.violation(
          "received direct SSL connection request without ALPN protocol negotiation extension");
    }
  }

  private void answerSslRequest(FrontendConnection client)
      throws IOException, InterruptedException, SessionException {
    BlockingChannel channel = client.channel();
    ServerTls tls = security.tls();
    if (tls == null) {
      channel.write(oneByte(channel, 'N'));
      return;
    }
    try {
      client.startTls(tls.newHandshake(channel.alloc()), oneByte(channel, 'S'), false);
    } catch (PlaintextBeforeTlsException e) {
      throw new SessionException(
          SqlState.PROTOCOL_VIOLATION,
          FailureKind.CLIENT,
          "received unencrypted data after SSL request",
          "the client sent unencrypted data after its SSLRequest: a broken client, or a man in the middle",
          e);
    }
  }

  private static ByteBuf oneByte(BlockingChannel channel, char reply) {
    return channel.alloc().buffer(1).writeByte(reply);
  }

  private static StartupPacket read(BlockingChannel channel)
      throws IOException, InterruptedException, SessionException {
    int length = channel.peekInt("a startup packet");
    FrontendCodec.startupBodyLength(length);
    ByteBuf packet = channel.read(length, "the rest of a startup packet");
    try {
      return FrontendCodec.decodeStartup(packet.skipBytes(Integer.BYTES));
    } finally {
      packet.release();
    }
  }

  private Opening login(FrontendConnection client, StartupMessage startup) throws SessionException {
    ProtocolVersion asked = startup.version();
    if (security.required() && client.channel().tls() == null) {
      throw new SessionException(
          SqlState.INVALID_AUTHORIZATION,
          FailureKind.CLIENT,
          "this server accepts encrypted connections only (use sslmode=require or stronger)");
    }
    ProtocolVersion agreed =
        asked.compareTo(ProtocolVersion.V3_2) > 0 ? ProtocolVersion.V3_2 : asked;
    List<String> unknownOptions = List.copyOf(startup.protocolOptions().keySet());
    if (!agreed.equals(asked) || !unknownOptions.isEmpty()) {
      client.send(new NegotiateProtocolVersion(agreed, unknownOptions));
    }
    try {
      return new Opening.Login(agreed, new StartupParameters(startup.sessionParameters()));
    } catch (IllegalArgumentException e) {
      throw new SessionException(
          SqlState.INVALID_AUTHORIZATION, FailureKind.CLIENT, String.valueOf(e.getMessage()));
    }
  }
}
