package dev.postern.proxy.backend;

import dev.postern.api.Bytes;
import dev.postern.api.SessionException;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.SSLRequest;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.FrontendCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A real server at the other end of a plain socket. */
final class SocketConversation implements ServerConversation, AutoCloseable {
  private final Backend backend;
  private Socket socket;
  private Bytes endpoint = Bytes.EMPTY;

  SocketConversation(int port) throws IOException {
    backend = new Backend("localhost", port, BackendTls.DISABLED);
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
  }

  @Override
  public Backend backend() {
    return backend;
  }

  void startTls() throws IOException, GeneralSecurityException {
    write(new SSLRequest());
    if (socket.getInputStream().read() != 'S') {
      throw new IOException("the server does not offer TLS");
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 0, true);
    tls.startHandshake();
    byte[] certificate = tls.getSession().getPeerCertificates()[0].getEncoded();
    endpoint = Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(certificate));
    socket = tls;
  }

  /** SHA-256 of the certificate, which is right for those that SHA-256 signs. */
  Bytes endpoint() {
    return endpoint;
  }

  void startup(String user) throws IOException {
    write(new StartupMessage(ProtocolVersion.V3_0, Map.of("user", user, "database", "postgres")));
  }

  @Override
  public BackendMessage receive(String waitingFor) throws SessionException, IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte type = in.readByte();
    byte[] body = new byte[BackendCodec.bodyLength(type, in.readInt())];
    in.readFully(body);
    return BackendCodec.decode(type, Unpooled.wrappedBuffer(body));
  }

  @Override
  public void send(AuthenticationResponse message) {
    try {
      write(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(FrontendMessage message) throws IOException {
    ByteBuf encoded = Unpooled.buffer();
    FrontendCodec.encode(message, encoded);
    socket.getOutputStream().write(ByteBufUtil.getBytes(encoded));
    socket.getOutputStream().flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
