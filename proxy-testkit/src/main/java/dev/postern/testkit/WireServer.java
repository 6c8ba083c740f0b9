package dev.postern.testkit;

import dev.postern.api.Bytes;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** The server's end of one connection to a {@link FakeBackend}. */
public final class WireServer extends Wire {
  /**
   * A packet without a type byte.
   *
   * @param code the protocol version, or the code of an SSLRequest, GSSENCRequest or CancelRequest
   * @param body what follows the code
   */
  public record FirstPacket(int code, Bytes body) {
    public boolean isSslRequest() {
      return code == FrontendPackets.SSL_CODE;
    }

    public boolean isCancelRequest() {
      return code == FrontendPackets.CANCEL_CODE;
    }

    /** The names and values of a StartupMessage. */
    public Map<String, String> parameters() {
      Map<String, String> parameters = new LinkedHashMap<>();
      String[] parts = body.toUtf8().split("\0", -1);
      for (int i = 0; i + 1 < parts.length && !parts[i].isEmpty(); i += 2) {
        parameters.put(parts[i], parts[i + 1]);
      }
      return parameters;
    }
  }

  private final int number;

  WireServer(Socket socket, int number) throws IOException {
    super(socket);
    this.number = number;
  }

  /** Counts the connections of the {@link FakeBackend}, from 1. */
  public int number() {
    return number;
  }

  /** The next packet without a type byte. */
  public FirstPacket firstPacket() {
    int length = readInt();
    int code = readInt();
    return new FirstPacket(code, Bytes.wrap(read(length - 8)));
  }

  /** Expects an SSLRequest, grants it and does the handshake. */
  public void acceptTls(SSLContext context) {
    expectSslRequest();
    send(new byte[] {'S'});
    handshake(context);
  }

  /**
   * The server's part of a handshake, with client certificates asked for if the context trusts an
   * authority.
   */
  public void handshake(SSLContext context) {
    handshake(context, false, "localhost");
  }

  /** Expects an SSLRequest. */
  public void expectSslRequest() {
    FirstPacket packet = firstPacket();
    if (!packet.isSslRequest()) {
      throw new AssertionError(
          "first packet with code " + packet.code() + " (expected: SSLRequest)");
    }
  }

  /** The StartupMessage, after an {@code N} to any SSLRequest before it. */
  public FirstPacket startup() {
    FirstPacket packet = firstPacket();
    while (packet.isSslRequest()) {
      send(new byte[] {'N'});
      packet = firstPacket();
    }
    return packet;
  }

  /**
   * Lets the client in: AuthenticationOk, a few parameters, key 4711, and ReadyForQuery, in one
   * write.
   */
  public void greet() {
    send(
        BackendPackets.authenticationOk(),
        BackendPackets.parameterStatus("server_version", "17.0"),
        BackendPackets.parameterStatus("client_encoding", "UTF8"),
        BackendPackets.parameterStatus("standard_conforming_strings", "on"),
        BackendPackets.backendKeyData(4711, new byte[] {1, 2, 3, 4}),
        BackendPackets.readyForQuery('I'));
  }

  /** Reads the StartupMessage and lets the client in without a password. */
  public FirstPacket acceptLogin() {
    FirstPacket startup = startup();
    greet();
    return startup;
  }

  /** Answers each Query with one row that holds its text, until Terminate or the end. */
  public void echoQueries() {
    while (true) {
      int type;
      try {
        type = input().read();
      } catch (IOException e) {
        return;
      }
      if (type < 0 || type == 'X') {
        return;
      }
      byte[] body = read(readInt() - 4);
      if (type == 'Q') {
        String sql = new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
        send(
            BackendPackets.rowDescription("sql"),
            BackendPackets.dataRow(sql),
            BackendPackets.commandComplete("SELECT 1"),
            BackendPackets.readyForQuery('I'));
      }
    }
  }
}
