package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.NoticeResponse;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.pool.Notification;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The notifications that a client has still to get, in order, and how they are written. */
final class Undelivered {
  /** More is no burst that passes: its client has to take some of it. */
  private static final int MUCH_COUNT = 10_000;

  /** The same, in bytes. */
  private static final int MUCH_BYTES = 8 * 1024 * 1024;

  /** More is kept for nobody. */
  static final int MAX_COUNT = 100_000;

  /** The same, in bytes. */
  static final int MAX_BYTES = 64 * 1024 * 1024;

  /** Of the server, behind {@code SQLSTATE 01000}. */
  private static final SqlState WARNING = new SqlState("01000");

  private static final int HEADER_LENGTH = 5;

  private final Deque<Notification> queue = new ArrayDeque<>();
  private int bytes;

  void add(Notification notification) {
    queue.add(notification);
    bytes += notification.length();
  }

  boolean isMuch() {
    return queue.size() > MUCH_COUNT || bytes > MUCH_BYTES;
  }

  boolean isTooMuch() {
    return queue.size() > MAX_COUNT || bytes > MAX_BYTES;
  }

  /** Whether most of what was much has gone. */
  boolean isLittle() {
    return queue.size() <= MUCH_COUNT / 2 && bytes <= MUCH_BYTES / 2;
  }

  @Nullable Notification poll() {
    Notification first = queue.poll();
    if (first != null) {
      bytes -= first.length();
    }
    return first;
  }

  /** Forgets those on other channels. */
  void keep(Set<String> channels) {
    if (queue.removeIf(each -> !each.isMissed() && !channels.contains(each.channel()))) {
      bytes = queue.stream().mapToInt(Notification::length).sum();
    }
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  void clear() {
    queue.clear();
    bytes = 0;
  }

  /**
   * A notification as the client reads it.
   *
   * @param encoding the client's; {@code null}: it gets the bytes as they are
   */
  static ByteBuf encode(
      Notification notification, @Nullable Charset encoding, ByteBufAllocator alloc) {
    if (notification.isMissed()) {
      ByteBuf encoded = alloc.buffer();
      BackendCodec.encode(
          NoticeResponse.warning(
              WARNING,
              "notifications may have been missed: the connection that listens for this client was lost for a moment"),
          encoded);
      return encoded;
    }
    byte[] body = notification.body().toByteArray();
    if (encoding != null && !isAscii(body)) {
      body = new String(body, StandardCharsets.UTF_8).getBytes(encoding);
    }
    ByteBuf encoded = alloc.buffer(HEADER_LENGTH + 4 + body.length);
    encoded.writeByte('A').writeInt(4 + 4 + body.length);
    return encoded.writeInt(notification.processId()).writeBytes(body);
  }

  private static boolean isAscii(byte[] text) {
    for (byte b : text) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }
}
