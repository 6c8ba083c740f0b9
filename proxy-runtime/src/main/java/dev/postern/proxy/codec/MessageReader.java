package dev.postern.proxy.codec;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.message.Format;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the fields of one message body off, each checked before anything is allocated for it. */
final class MessageReader {
  private static final int NULL = -1;

  private final ByteBuf in;
  private final FailureKind sender;
  private final String message;

  MessageReader(ByteBuf in, FailureKind sender, String message) {
    this.in = in;
    this.sender = sender;
    this.message = message;
  }

  int remaining() {
    return in.readableBytes();
  }

  byte int8(String field) throws ProtocolException {
    need(1, field);
    return in.readByte();
  }

  short int16(String field) throws ProtocolException {
    need(2, field);
    return in.readShort();
  }

  int int32(String field) throws ProtocolException {
    need(4, field);
    return in.readInt();
  }

  /** An Int16 that says how many elements follow, of which none is shorter than this. */
  int count16(String field, int leastBytes) throws ProtocolException {
    return count(int16(field) & 0xFFFF, field, leastBytes);
  }

  int count32(String field, int leastBytes) throws ProtocolException {
    return count(int32(field), field, leastBytes);
  }

  private int count(int count, String field, int leastBytes) throws ProtocolException {
    int most = in.readableBytes() / leastBytes;
    if (count < 0 || count > most) {
      throw failure(field + " " + count + " (expected: 0.." + most + ")");
    }
    return count;
  }

  /** Text up to a zero byte, which is taken off too. */
  String text(String field) throws ProtocolException {
    int length = textLength(field);
    String text = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
    in.skipBytes(length + 1);
    return text;
  }

  /** How many bytes a text has before its zero byte. */
  int textLength(String field) throws ProtocolException {
    int length = in.bytesBefore((byte) 0);
    if (length < 0) {
      throw failure(
          field
              + " without an end (expected: a zero byte within "
              + in.readableBytes()
              + " bytes)");
    }
    return length;
  }

  /** Length and bytes, or NULL. */
  @Nullable Bytes value(String field) throws ProtocolException {
    int length = int32(field);
    if (length == NULL) {
      return null;
    }
    if (length < 0 || length > in.readableBytes()) {
      throw failure(field + " of " + length + " bytes (expected: -1.." + in.readableBytes() + ")");
    }
    return bytes(length);
  }

  Bytes rest() {
    return bytes(in.readableBytes());
  }

  private Bytes bytes(int length) {
    if (length == 0) {
      return Bytes.EMPTY;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return Bytes.wrap(bytes);
  }

  byte[] secret() {
    return remainder();
  }

  /** All that is left, in an array of the caller's own. */
  byte[] remainder() {
    byte[] bytes = new byte[in.readableBytes()];
    in.readBytes(bytes);
    return bytes;
  }

  List<@Nullable Bytes> values(String countField, String field) throws ProtocolException {
    int count = count16(countField, 4);
    if (count == 0) {
      return List.of();
    }
    List<@Nullable Bytes> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(value(field));
    }
    return values;
  }

  List<Format> formats(String countField) throws ProtocolException {
    int count = count16(countField, 2);
    if (count == 0) {
      return List.of();
    }
    Format[] formats = new Format[count];
    for (int i = 0; i < count; i++) {
      formats[i] = Format.of(in.readShort());
    }
    return Arrays.asList(formats);
  }

  List<Integer> objectIds(String countField) throws ProtocolException {
    int count = count16(countField, 4);
    if (count == 0) {
      return List.of();
    }
    Integer[] objectIds = new Integer[count];
    for (int i = 0; i < count; i++) {
      objectIds[i] = in.readInt();
    }
    return Arrays.asList(objectIds);
  }

  /** Nothing may be left. */
  void end() throws ProtocolException {
    if (in.isReadable()) {
      throw failure(in.readableBytes() + " bytes too many (expected: the end)");
    }
  }

  /** This message, once nothing is left. */
  <M> M end(M decoded) throws ProtocolException {
    end();
    return decoded;
  }

  private void need(int bytes, String field) throws ProtocolException {
    if (in.readableBytes() < bytes) {
      throw failure(
          field + " cut off after " + in.readableBytes() + " bytes (expected: " + bytes + ")");
    }
  }

  ProtocolException failure(String what) {
    String text = message + ": " + what;
    return sender == FailureKind.BACKEND
        ? ProtocolException.byServer(text)
        : ProtocolException.byClient(text);
  }
}
