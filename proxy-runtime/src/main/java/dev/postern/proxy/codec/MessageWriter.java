package dev.postern.proxy.codec;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.Format;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts fields into a buffer. What cannot be put on the wire is an IllegalArgumentException, since
 * only a plugin or Postern itself can have made it.
 */
final class MessageWriter {
  private static final int MAX_COUNT = 0xFFFF;

  private MessageWriter() {}

  /** Type and room for the length; gives what {@link #end} needs. */
  static int begin(byte type, ByteBuf out) {
    out.writeByte(type);
    return beginUntyped(out);
  }

  static int beginUntyped(ByteBuf out) {
    int start = out.writerIndex();
    out.writeInt(0);
    return start;
  }

  static void end(int start, ByteBuf out) {
    out.setInt(start, out.writerIndex() - start);
  }

  /** A message that is nothing but its type. */
  static void empty(byte type, ByteBuf out) {
    out.writeByte(type).writeInt(ProtocolLimits.MESSAGE_MIN_LENGTH);
  }

  static void text(String text, ByteBuf out) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "text with a zero character, which would end it on the wire");
    }
    ByteBufUtil.reserveAndWriteUtf8(out, text, ByteBufUtil.utf8Bytes(text));
    out.writeByte(0);
  }

  static void bytes(Bytes bytes, ByteBuf out) {
    int length = bytes.length();
    out.ensureWritable(length);
    if (out.nioBufferCount() == 1) {
      // Netty would copy a read-only buffer twice.
      bytes.copyTo(out.internalNioBuffer(out.writerIndex(), length));
      out.writerIndex(out.writerIndex() + length);
    } else {
      out.writeBytes(bytes.asReadOnlyBuffer());
    }
  }

  static void copyData(CopyData message, ByteBuf out) {
    int start = begin(MessageTypes.COPY_DATA, out);
    bytes(message.data(), out);
    end(start, out);
  }

  static void value(@Nullable Bytes value, ByteBuf out) {
    if (value == null) {
      out.writeInt(-1);
    } else {
      out.writeInt(value.length());
      bytes(value, out);
    }
  }

  static void secret(Secret secret, ByteBuf out) {
    byte[] copy = secret.toByteArray();
    out.writeBytes(copy);
    Arrays.fill(copy, (byte) 0);
  }

  static void values(List<@Nullable Bytes> values, ByteBuf out) {
    count(values.size(), out);
    for (int i = 0; i < values.size(); i++) {
      value(values.get(i), out);
    }
  }

  static void formats(List<Format> formats, ByteBuf out) {
    count(formats.size(), out);
    for (int i = 0; i < formats.size(); i++) {
      out.writeShort(formats.get(i).code());
    }
  }

  static void objectIds(List<Integer> objectIds, ByteBuf out) {
    count(objectIds.size(), out);
    for (int i = 0; i < objectIds.size(); i++) {
      out.writeInt(objectIds.get(i));
    }
  }

  static void count(int count, ByteBuf out) {
    if (count > MAX_COUNT) {
      throw new IllegalArgumentException("list of " + count + " (expected: 0.." + MAX_COUNT + ")");
    }
    out.writeShort(count);
  }
}
