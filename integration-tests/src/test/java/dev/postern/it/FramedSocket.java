package dev.postern.it;

import dev.postern.api.Bytes;
import dev.postern.testkit.WireMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A connection on which one can look whether a message has come. Used by one thread. */
final class FramedSocket implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 5_000;

  private final Socket socket;
  private byte[] buffer = new byte[1 << 16];
  private int begin;
  private int end;

  FramedSocket(InetSocketAddress address) {
    try {
      socket = new Socket();
      socket.connect(address, PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends all of these in one write; what nobody takes any more is lost. */
  void send(byte[]... packets) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] packet : packets) {
      all.writeBytes(packet);
    }
    try {
      socket.getOutputStream().write(all.toByteArray());
    } catch (IOException e) {
      // The server has ended the session; what it said before is still to be read.
    }
  }

  /** The next message, which must come. */
  WireMessage receive() {
    WireMessage next = receiveOrEnd();
    if (next == null) {
      throw new AssertionError("the connection ended");
    }
    return next;
  }

  /** The next message, or {@code null} at the connection's end. */
  @Nullable WireMessage receiveOrEnd() {
    WireMessage next = buffered();
    while (next == null) {
      int read = read(PATIENCE_MILLIS);
      if (read == 0) {
        throw new AssertionError("nothing came");
      }
      if (read < 0) {
        return null;
      }
      next = buffered();
    }
    return next;
  }

  /** The next message, or {@code null} if none comes within this time. */
  @Nullable WireMessage poll(int millis) {
    WireMessage next = buffered();
    while (next == null && read(millis) > 0) {
      next = buffered();
    }
    return next;
  }

  private @Nullable WireMessage buffered() {
    if (end - begin < 5) {
      return null;
    }
    int size = 1 + ByteBuffer.wrap(buffer).getInt(begin + 1);
    if (end - begin < size) {
      return null;
    }
    byte[] body = Arrays.copyOfRange(buffer, begin + 5, begin + size);
    char type = (char) buffer[begin];
    begin += size;
    return new WireMessage(type, Bytes.wrap(body));
  }

  /** How many bytes came; 0: none within this time; -1: none will. */
  private int read(int millis) {
    System.arraycopy(buffer, begin, buffer, 0, end - begin);
    end -= begin;
    begin = 0;
    if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * end);
    }
    try {
      socket.setSoTimeout(millis);
      int read = socket.getInputStream().read(buffer, end, buffer.length - end);
      end += Math.max(read, 0);
      return read;
    } catch (SocketTimeoutException e) {
      return 0;
    } catch (IOException e) {
      return -1; // a reset is an end, too
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
