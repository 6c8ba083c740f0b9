package dev.postern.proxy.relay;

import dev.postern.api.message.CommandComplete;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.MessageTypes;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The last CommandComplete of a session. Most are the same as the one before, which is then given
 * again, with its text, in place of a new one.
 */
final class LastCompletion {
  private @Nullable CommandComplete last;
  private int length;

  // Together they are the body, and may overlap.
  private long head;
  private long tail;

  /** The last one, if it had this body; else {@code null}. */
  @Nullable CommandComplete again(ByteBuf bytes, int from, int bodyLength) {
    return bodyLength == length
            && last != null
            && head == head(bytes, from, bodyLength)
            && tail == tail(bytes, from, bodyLength)
        ? last
        : null;
  }

  /** Reads the body to its end. */
  CommandComplete decode(ByteBuf body) throws ProtocolException {
    int from = body.readerIndex();
    int bodyLength = body.readableBytes();
    CommandComplete decoded =
        (CommandComplete) BackendCodec.decode(MessageTypes.COMMAND_COMPLETE, body);
    if (bodyLength >= Integer.BYTES && bodyLength <= 2 * Long.BYTES) {
      last = decoded;
      length = bodyLength;
      head = head(body, from, bodyLength);
      tail = tail(body, from, bodyLength);
    }
    return decoded;
  }

  private static long head(ByteBuf bytes, int from, int length) {
    return length < Long.BYTES ? bytes.getInt(from) : bytes.getLong(from);
  }

  private static long tail(ByteBuf bytes, int from, int length) {
    return length < Long.BYTES
        ? bytes.getInt(from + length - Integer.BYTES)
        : bytes.getLong(from + length - Long.BYTES);
  }
}
