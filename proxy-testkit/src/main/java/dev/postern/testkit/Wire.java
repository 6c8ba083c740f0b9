package dev.postern.testkit;

import dev.postern.api.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/**
 * One end of a connection on which a test says byte by byte what goes out and what must come in. It
 * knows nothing of Postern's own codec, so that the two cannot agree on the same mistake. Blocking;
 * used by one thread at a time.
 *
 * <p>What does not come within the patience (ten seconds, see {@link #patience}) or is not what was
 * expected ends in an {@link AssertionError}; a broken connection in an {@link
 * UncheckedIOException}.
 */
public abstract sealed class Wire implements AutoCloseable permits WireClient, WireServer {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** No test needs a longer message; a greater length means that the two ends are out of step. */
  private static final int MAX_LENGTH = 1 << 28;

  private final Socket plain;
  private Socket socket;
  private PushbackInputStream unread;
  private DataInputStream in;
  private OutputStream out;

  Wire(Socket socket) throws IOException {
    this.plain = socket;
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
    unread = new PushbackInputStream(socket.getInputStream());
    in = new DataInputStream(unread);
    out = socket.getOutputStream();
  }

  /** How long to wait for what must come. */
  public final void patience(Duration patience) {
    try {
      socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends all of these in one write. */
  public final void send(byte[]... packets) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] packet : packets) {
      all.writeBytes(packet);
    }
    try {
      out.write(all.toByteArray());
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends each byte in a write of its own, without waiting in between. */
  public final void sendBytewise(byte[] packet) {
    for (byte b : packet) {
      send(new byte[] {b});
    }
  }

  /** The next byte, 0 to 255. */
  public final int readByte() {
    return read(1)[0] & 0xFF;
  }

  /** The next bytes. */
  public final byte[] read(int length) {
    try {
      byte[] bytes = new byte[length];
      in.readFully(bytes);
      return bytes;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing came (expected: " + length + " bytes)", e);
    } catch (EOFException e) {
      throw new AssertionError("the connection ended (expected: " + length + " bytes)", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next message with a type byte. */
  public final WireMessage receive() {
    char type = (char) readByte();
    int length = readInt();
    if (length < 4 || length > MAX_LENGTH) {
      throw new AssertionError("message '%c' of length %d".formatted(type, length));
    }
    return new WireMessage(type, Bytes.wrap(read(length - 4)));
  }

  /** The next message, which must be of this type. */
  public final WireMessage expect(char type) {
    WireMessage message = receive();
    if (message.type() != type) {
      throw new AssertionError("message %s (expected: '%c')".formatted(message, type));
    }
    return message;
  }

  /** All messages up to the first of this type, which is the last of them. */
  public final List<WireMessage> receiveUntil(char type) {
    List<WireMessage> messages = new ArrayList<>();
    do {
      messages.add(receive());
    } while (messages.getLast().type() != type);
    return messages;
  }

  /**
   * Waits until something comes or the other end closes or resets the connection: whether it did
   * the latter.
   */
  public final boolean isAtEnd() {
    try {
      int next = in.read();
      if (next >= 0) {
        unread.unread(next);
      }
      return next < 0;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing came, and the connection is still open", e);
    } catch (IOException e) {
      return true; // A reset is an end, too.
    }
  }

  /** The other end must have closed or reset the connection, and sent nothing more before. */
  public final void expectEnd() {
    try {
      int next = in.read();
      if (next >= 0) {
        throw new AssertionError(
            "byte %d '%c' (expected: the end of the connection)".formatted(next, (char) next));
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (SocketException | SSLException e) {
      return; // A reset is an end, too.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whatever comes until the other end closes or resets the connection. */
  public final Bytes readToEnd() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      in.transferTo(all);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open after " + all.size() + " bytes", e);
    } catch (IOException e) {
      return Bytes.wrap(all.toByteArray()); // A reset is an end, too.
    }
    return Bytes.wrap(all.toByteArray());
  }

  /** Says that nothing more will be sent, and goes on reading. */
  public final void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the connection with a TCP reset, as a crashed peer would. */
  public final void reset() {
    try {
      plain.setSoLinger(true, 0);
      plain.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public final int localPort() {
    return plain.getLocalPort();
  }

  /** The certificate of the other end, once TLS has begun. */
  public final X509Certificate peerCertificate() {
    try {
      Certificate certificate = tls().getSession().getPeerCertificates()[0];
      return (X509Certificate) certificate;
    } catch (SSLPeerUnverifiedException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What ALPN agreed on; empty: nothing. */
  public final String applicationProtocol() {
    return tls().getApplicationProtocol();
  }

  public final boolean isTls() {
    return socket instanceof SSLSocket;
  }

  @Override
  public final void close() {
    try {
      plain.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Goes on in TLS; a failed handshake is an {@link UncheckedIOException}. */
  final void handshake(SSLContext context, boolean client, String serverName, String... protocols) {
    try {
      SSLSocket tls =
          (SSLSocket)
              context.getSocketFactory().createSocket(plain, serverName, plain.getPort(), true);
      tls.setUseClientMode(client);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setApplicationProtocols(protocols);
      tls.setSSLParameters(parameters);
      tls.setSoTimeout(plain.getSoTimeout());
      tls.startHandshake();
      socket = tls;
      unread = new PushbackInputStream(tls.getInputStream());
      in = new DataInputStream(unread);
      out = tls.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final int readInt() {
    byte[] bytes = read(4);
    return java.nio.ByteBuffer.wrap(bytes).getInt();
  }

  final InputStream input() {
    return in;
  }

  private SSLSocket tls() {
    if (socket instanceof SSLSocket tls) {
      return tls;
    }
    throw new IllegalStateException("the connection is not encrypted");
  }
}
