package dev.postern.proxy.tls;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A TLS client that has nothing in common with the code under test; it trusts everybody. */
final class JdkClient {
  private final SSLContext context;

  JdkClient(@Nullable Identity identity) {
    try {
      context = SSLContext.getInstance("TLS");
      KeyManager[] own =
          identity == null
              ? new KeyManager[0]
              : new KeyManager[] {new IdentityKeyManager(identity)};
      context.init(own, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  Connection connect(InetSocketAddress address) throws IOException {
    return connect(address, parameters -> {});
  }

  /** Connects, does the handshake and has one word echoed. */
  Connection connect(InetSocketAddress address, Consumer<SSLParameters> settings)
      throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(connected(address), "gate.example.org", address.getPort(), true);
    try {
      SSLParameters parameters = socket.getSSLParameters();
      settings.accept(parameters);
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      Connection connection = new Connection(socket);
      connection.echo("hello");
      return connection;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  static Socket connected(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(10_000);
    socket.connect(address, 10_000);
    return socket;
  }

  /** An open connection. */
  record Connection(SSLSocket socket) implements AutoCloseable {
    X509Certificate serverCertificate() throws IOException {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    void echo(String word) throws IOException {
      byte[] sent = word.getBytes(StandardCharsets.UTF_8);
      socket.getOutputStream().write(sent);
      byte[] back = socket.getInputStream().readNBytes(sent.length);
      if (!word.equals(new String(back, StandardCharsets.UTF_8))) {
        throw new IOException("the server closed the connection");
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
