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
  /** Beyond it bodies are not compared, in bytes. */
  private static final int MAX_LENGTH = 16;

  private @Nullable CommandComplete last;
  private int length;
  private long first;
  private long second;

  /** Reads the body to its end. */
  CommandComplete decode(ByteBuf body) throws ProtocolException {
    int readable = body.readableBytes();
    if (readable > MAX_LENGTH) {
      return decodeAnew(body);
    }
    int at = body.readerIndex();
    long newFirst = word(body, at, Math.min(readable, Long.BYTES));
    long newSecond = word(body, at + Long.BYTES, readable - Long.BYTES);
    CommandComplete same = last;
    if (same != null && readable == length && newFirst == first && newSecond == second) {
      body.skipBytes(readable);
      return same;
    }
    CommandComplete decoded = decodeAnew(body);
    last = decoded;
    length = readable;
    first = newFirst;
    second = newSecond;
    return decoded;
  }

  private static CommandComplete decodeAnew(ByteBuf body) throws ProtocolException {
    return (CommandComplete) BackendCodec.decode(MessageTypes.COMMAND_COMPLETE, body);
  }

  /** As many bytes as there are, up to eight. */
  private static long word(ByteBuf body, int at, int bytes) {
    if (bytes == Long.BYTES) {
      return body.getLong(at);
    }
    long word = 0;
    for (int i = 0; i < bytes; i++) {
      word = word << Byte.SIZE | (body.getByte(at + i) & 0xFF);
    }
    return word;
  }
}
