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
  private static final int BUFFER = 16 * 1024;

  private final ServerSocket listener;
  private final Thread acceptor = Thread.ofVirtual().name("door").unstarted(this::accept);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Supplier<InetSocketAddress> target;

  /** The last connection that passes nothing any more; they count from 1. */
  private volatile int silenced;

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
      door.acceptor.start();
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

  /**
   * Connections that are open pass nothing any more in either direction, and do not end by
   * themselves, as if the network lost all that is sent. Those that come later pass.
   */
  public void silence() {
    silenced = connections.get();
  }

  /** Ends all connections too. Whoever comes from then on is refused. */
  @Override
  public void close() {
    try {
      listener.close();
      acceptor.join(); // until then the kernel takes connections
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (listener.isClosed()) { // one that came at the same time
          client.close();
          return;
        }
        int number = connections.incrementAndGet();
        Thread.ofVirtual().name("door-in").start(() -> lead(client, number));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void lead(Socket client, int number) {
    try (client;
        Socket server = new Socket()) {
      open.add(client);
      open.add(server);
      InetSocketAddress to = target.get();
      server.connect(to);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().name("door-out").start(() -> copy(server, client, number));
      copy(client, server, number);
      back.join();
    } catch (IOException | InterruptedException e) {
      // What is behind it is not there: the connection ends.
    } finally {
      open.removeIf(Socket::isClosed);
    }
  }

  private void copy(Socket from, Socket to, int number) {
    byte[] buffer = new byte[BUFFER];
    try {
      int length;
      while ((length = from.getInputStream().read(buffer)) >= 0) {
        if (number > silenced) {
          to.getOutputStream().write(buffer, 0, length);
        }
      }
      if (number > silenced) {
        to.shutdownOutput();
      }
    } catch (IOException e) {
      if (number <= silenced) {
        return;
      }
      try {
        from.close();
        to.close();
      } catch (IOException _) {
        // It is gone.
      }
    }
  }
}
