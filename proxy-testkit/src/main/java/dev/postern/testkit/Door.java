package dev.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * An address of the loopback interface that leads to another, which is chosen for each connection:
 * a balancer before several gateways, or a place that is known before what stands there. It passes
 * bytes and looks at none. Safe for use by many threads.
 */
public final class Door implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Supplier<InetSocketAddress> target;

  private Door(Supplier<InetSocketAddress> target) throws IOException {
    this.target = target;
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
  }

  /**
   * Opens one; the caller closes it.
   *
   * @param target asked at each connection
   */
  public static Door to(Supplier<InetSocketAddress> target) {
    try {
      Door door = new Door(target);
      Thread.ofVirtual().name("door").start(door::accept);
      return door;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From the next connection on. */
  public void leadTo(Supplier<InetSocketAddress> newTarget) {
    target = newTarget;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  /** How many connections have come so far. */
  public int connections() {
    return connections.get();
  }

  /** Ends all connections too. */
  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().name("door-in").start(() -> lead(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void lead(Socket client) {
    try (client;
        Socket server = new Socket()) {
      open.add(client);
      open.add(server);
      InetSocketAddress to = target.get();
      server.connect(to);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().name("door-out").start(() -> copy(server, client));
      copy(client, server);
      back.join();
    } catch (IOException | InterruptedException e) {
      // What is behind it is not there: the connection ends.
    } finally {
      open.removeIf(Socket::isClosed);
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      try {
        from.close();
        to.close();
      } catch (IOException _) {
        // It is gone.
      }
    }
  }
}
