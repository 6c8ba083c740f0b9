package dev.postern.it;

import dev.postern.testkit.PostgresServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A PostgreSQL server whose answers go wrong by chance after the login, once in a connection: a
 * message is changed, lost, doubled, comes late, or one comes that nobody asked for.
 */
final class MeddlingServer implements AutoCloseable {
  private static final int SSL_REQUEST = 80877103;

  private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final PostgresServer server;
  private final String user;
  private volatile long seed;

  /**
   * Starts it.
   *
   * @param user whose connections go wrong
   */
  MeddlingServer(PostgresServer server, String user) throws IOException {
    this.server = server;
    this.user = user;
    threads.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** By what chance the next connection goes wrong. */
  void seed(long next) {
    seed = next;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket real = new Socket(server.host(), server.port())) {
      client.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(client.getInputStream());
      byte[] startup = startup(in, client.getOutputStream());
      real.getOutputStream()
          .write(
              ByteBuffer.allocate(4 + startup.length)
                  .putInt(4 + startup.length)
                  .put(startup)
                  .array());
      threads.execute(() -> copy(in, real));
      boolean meddles =
          new String(startup, StandardCharsets.UTF_8).contains("user\0" + user + "\0");
      if (meddles) {
        answer(new DataInputStream(real.getInputStream()), client.getOutputStream());
      } else {
        real.getInputStream().transferTo(client.getOutputStream());
      }
    } catch (IOException e) {
      // One of the two has gone.
    }
  }

  /** The first packet, after a no to TLS. */
  private static byte[] startup(DataInputStream in, OutputStream out) throws IOException {
    while (true) {
      byte[] packet = in.readNBytes(in.readInt() - 4);
      if (ByteBuffer.wrap(packet).getInt() != SSL_REQUEST) {
        return packet;
      }
      out.write('N');
    }
  }

  private static void copy(InputStream from, Socket to) {
    try {
      from.transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // One of the two has gone.
    }
  }

  private void answer(DataInputStream real, OutputStream client) throws IOException {
    Random random = new Random(seed);
    boolean loggedIn = false;
    int until = 1 + random.nextInt(12);
    byte[] late = null;
    while (true) {
      byte[] message = message(real);
      if (loggedIn && until-- == 0) {
        byte[] wrong = wrong(message, random);
        late = random.nextInt(6) == 0 ? message : null;
        client.write(wrong);
        if (random.nextInt(12) == 0) {
          return;
        }
      } else {
        client.write(message);
        if (late != null) {
          client.write(late);
          late = null;
        }
      }
      loggedIn |= message[0] == 'Z';
    }
  }

  private static byte[] message(DataInputStream in) throws IOException {
    byte type = in.readByte();
    int length = in.readInt();
    byte[] body = in.readNBytes(length - 4);
    return ByteBuffer.allocate(1 + length).put(type).putInt(length).put(body).array();
  }

  private static byte[] wrong(byte[] message, Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> new byte[0];
      case 1 -> doubled(message);
      case 2, 3 -> {
        message[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
        yield message;
      }
      case 4 -> RandomTalk.withAnotherLength(message, random);
      case 5 -> Arrays.copyOf(message, random.nextInt(message.length));
      case 6 -> {
        message[0] = (byte) "123AcCdDEGHIKnNRsStTvVWZ".charAt(random.nextInt(24));
        yield message;
      }
      default -> {
        byte[] body = new byte[random.nextInt(30)];
        random.nextBytes(body);
        byte[] other =
            ByteBuffer.allocate(5 + body.length)
                .put((byte) "CDEGHITWZAN".charAt(random.nextInt(11)))
                .putInt(4 + body.length)
                .put(body)
                .array();
        yield concatenated(other, message);
      }
    };
  }

  private static byte[] doubled(byte[] message) {
    return concatenated(message, message);
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
