package dev.postern.plugins.ldap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the socket of a connection, whose limit for reads the library does not let one set. A
 * TLS handshake is limited too.
 */
final class RememberedSocket extends SocketFactory {
  private final SocketFactory sockets;
  private final int readMillis;
  private volatile @Nullable Socket socket;

  RememberedSocket(SocketFactory sockets, int readMillis) {
    this.sockets = sockets;
    this.readMillis = readMillis;
  }

  Socket socket() {
    return Objects.requireNonNull(socket, "not connected");
  }

  private Socket remember(Socket created) throws IOException {
    created.setSoTimeout(readMillis);
    socket = created;
    return created;
  }

  /** What the library uses: it connects, and shakes hands, on its own. */
  @Override
  public Socket createSocket() throws IOException {
    return remember(sockets.createSocket());
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return remember(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return remember(sockets.createSocket(host, port, localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return remember(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return remember(sockets.createSocket(address, port, localAddress, localPort));
  }
}
