package dev.postern.testkit;

import dev.postern.api.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A scripted client: it sends what the test says, well-formed or not, and can log in as a good
 * client would.
 */
public final class WireClient extends Wire {
  /**
   * What a server says after it let a client in.
   *
   * @param parameters the ParameterStatus messages
   * @param processId of BackendKeyData
   * @param secret of BackendKeyData
   */
  public record Greeting(Map<String, String> parameters, int processId, Bytes secret) {}

  private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(30);

  private WireClient(Socket socket) throws IOException {
    super(socket);
  }

  /** Connects; the caller closes it. */
  public static WireClient connect(InetSocketAddress address) {
    try {
      Socket socket = new Socket();
      socket.connect(address, 10_000);
      return new WireClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("no connection to " + address, e);
    }
  }

  /** Asks for TLS with an SSLRequest, which must be granted, and does the handshake. */
  public void startTls(SSLContext context) {
    send(FrontendPackets.sslRequest());
    int answer = readByte();
    if (answer != 'S') {
      throw new AssertionError(
          "SSLRequest was answered '%c' (expected: 'S')".formatted((char) answer));
    }
    handshake(context);
  }

  /** Does the handshake at once, as with {@code sslnegotiation=direct} or after an {@code S}. */
  public void handshake(SSLContext context, String... protocols) {
    handshake(context, true, "localhost", protocols);
  }

  /** Logs in, answering whatever the server asks, and reads on to ReadyForQuery. */
  public Greeting login(String user, String password, String database) {
    send(FrontendPackets.startup("user", user, "database", database));
    authenticate(user, password);
    return greeting();
  }

  /** Asks for a cancel on a connection of its own, and waits until that has been dealt with. */
  public static void cancel(InetSocketAddress address, Greeting key) {
    cancel(address, key.processId(), key.secret().toByteArray());
  }

  /** The same with a key that nobody may have been given. */
  public static void cancel(InetSocketAddress address, int processId, byte[] secret) {
    try (WireClient canceller = connect(address)) {
      canceller.patience(CANCEL_PATIENCE);
      canceller.cancel(processId, secret);
    }
  }

  /** Asks for a cancel on this connection, which must end without a word. */
  public void cancel(Greeting key) {
    cancel(key.processId(), key.secret().toByteArray());
  }

  private void cancel(int processId, byte[] secret) {
    send(FrontendPackets.cancelRequest(processId, secret));
    expectEnd();
  }

  /** Answers the server's authentication requests up to AuthenticationOk. */
  public void authenticate(String user, String password) {
    try {
      new WireLogin(this, user, password).run();
    } catch (WireLogin.Refused e) {
      throw new AssertionError("message " + e.error + " (expected: 'R')", e);
    }
  }

  /**
   * Logs in like {@link #login}, which may be refused: the ErrorResponse then, or {@code null} once
   * it is let in and the server is ready for queries.
   */
  public @Nullable WireMessage tryLogin(String user, String password, String database) {
    send(FrontendPackets.startup("user", user, "database", database));
    try {
      new WireLogin(this, user, password).run();
    } catch (WireLogin.Refused e) {
      return e.error;
    }
    return greetingOrError();
  }

  /** A session may still be refused when the client has proved who it is. */
  private @Nullable WireMessage greetingOrError() {
    while (true) {
      WireMessage message = receive();
      switch (message.type()) {
        case 'E' -> {
          return message;
        }
        case 'Z' -> {
          return null;
        }
        default -> {}
      }
    }
  }

  /** Reads what follows AuthenticationOk up to ReadyForQuery. */
  public Greeting greeting() {
    Map<String, String> parameters = new LinkedHashMap<>();
    int processId = 0;
    Bytes secret = Bytes.EMPTY;
    while (true) {
      WireMessage message = receive();
      switch (message.type()) {
        case 'S' -> parameters.put(message.strings(0).get(0), message.strings(0).get(1));
        case 'K' -> {
          processId = message.int32(0);
          byte[] body = message.body().toByteArray();
          secret = Bytes.wrap(java.util.Arrays.copyOfRange(body, 4, body.length));
        }
        case 'N' -> {}
        case 'Z' -> {
          return new Greeting(parameters, processId, secret);
        }
        default ->
            throw new AssertionError("message " + message + " (expected: the end of the login)");
      }
    }
  }

  /** Runs a simple query; all that comes up to ReadyForQuery, which is the last. */
  public List<WireMessage> query(String sql) {
    send(FrontendPackets.query(sql));
    return receiveUntil('Z');
  }

  /** The first value of the first row of a simple query. */
  public String queryOne(String sql) {
    List<WireMessage> messages = query(sql);
    return messages.stream()
        .filter(message -> message.type() == 'D')
        .findFirst()
        .map(row -> row.values().getFirst())
        .orElseThrow(() -> new AssertionError(sql + " gave no row: " + messages));
  }

  /** The next message, which must be an ErrorResponse. */
  public WireMessage expectError() {
    return expect('E');
  }

  /** The next message, which must be an ErrorResponse that ends the connection. */
  public WireMessage expectFatal(String sqlState) {
    WireMessage error = expect('E');
    if (!error.severity().equals("FATAL") || !error.sqlState().equals(sqlState)) {
      throw new AssertionError("%s (expected: FATAL %s)".formatted(error, sqlState));
    }
    expectEnd();
    return error;
  }
}
