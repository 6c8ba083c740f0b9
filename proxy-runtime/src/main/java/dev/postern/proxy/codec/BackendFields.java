package dev.postern.proxy.codec;

import dev.postern.api.message.DataRow;
import dev.postern.api.message.ErrorOrNotice;
import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts of a server's messages that are more than a field or two. */
final class BackendFields {
  /** A name of no character, and six numbers. */
  private static final int FIELD_DESCRIPTION_MIN_BYTES = 1 + 4 + 2 + 4 + 2 + 4 + 2;

  private static final ReadyForQuery IDLE = new ReadyForQuery(TransactionStatus.IDLE);
  private static final ReadyForQuery IN_TRANSACTION =
      new ReadyForQuery(TransactionStatus.IN_TRANSACTION);
  private static final ReadyForQuery FAILED = new ReadyForQuery(TransactionStatus.FAILED);

  private BackendFields() {}

  static ReadyForQuery readyForQuery(MessageReader in) throws ProtocolException {
    byte status = in.int8("status");
    ReadyForQuery ready = readyForQuery(status);
    if (ready == null) {
      throw in.failure("status " + (status & 0xFF) + " (expected: I, T or E)");
    }
    return ready;
  }

  static @Nullable ReadyForQuery readyForQuery(byte status) {
    return switch (status) {
      case 'I' -> IDLE;
      case 'T' -> IN_TRANSACTION;
      case 'E' -> FAILED;
      default -> null;
    };
  }

  static void write(ReadyForQuery ready, ByteBuf out) {
    int start = MessageWriter.begin(MessageTypes.READY_FOR_QUERY, out);
    out.writeByte(
        switch (ready.status()) {
          case IDLE -> 'I';
          case IN_TRANSACTION -> 'T';
          case FAILED -> 'E';
        });
    MessageWriter.end(start, out);
  }

  static DataRow dataRow(MessageReader in) throws ProtocolException {
    try {
      return DataRow.wrapBody(in.remainder());
    } catch (IllegalArgumentException e) {
      throw in.failure(String.valueOf(e.getMessage()));
    }
  }

  static Map<Character, String> errorFields(MessageReader in) throws ProtocolException {
    Map<Character, String> fields = new LinkedHashMap<>();
    for (byte code = in.int8("field code"); code != 0; code = in.int8("field code")) {
      fields.put((char) (code & 0xFF), in.text("field"));
    }
    return fields;
  }

  static void write(byte type, ErrorOrNotice message, ByteBuf out) {
    int start = MessageWriter.begin(type, out);
    for (Map.Entry<Character, String> field : message.fields().entrySet()) {
      char code = field.getKey();
      if (code == 0 || code > 0xFF) {
        throw new IllegalArgumentException("field code " + (int) code + " (expected: 1..255)");
      }
      out.writeByte(code);
      MessageWriter.text(field.getValue(), out);
    }
    out.writeByte(0);
    MessageWriter.end(start, out);
  }

  static Format copyFormat(MessageReader in) throws ProtocolException {
    return Format.of(in.int8("format"));
  }

  static void writeCopy(byte type, Format format, List<Format> columnFormats, ByteBuf out) {
    if (format.code() < Byte.MIN_VALUE || format.code() > Byte.MAX_VALUE) {
      throw new IllegalArgumentException("copy format " + format + " (expected: -128..127)");
    }
    int start = MessageWriter.begin(type, out);
    out.writeByte(format.code());
    MessageWriter.formats(columnFormats, out);
    MessageWriter.end(start, out);
  }

  static List<FieldDescription> fieldDescriptions(MessageReader in) throws ProtocolException {
    int count = in.count16("field count", FIELD_DESCRIPTION_MIN_BYTES);
    List<FieldDescription> fields = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      fields.add(
          new FieldDescription(
              in.text("field name"),
              in.int32("table"),
              in.int16("column number"),
              in.int32("type"),
              in.int16("type size"),
              in.int32("type modifier"),
              Format.of(in.int16("format"))));
    }
    return fields;
  }

  static void write(RowDescription description, ByteBuf out) {
    int start = MessageWriter.begin(MessageTypes.ROW_DESCRIPTION, out);
    MessageWriter.count(description.fields().size(), out);
    for (FieldDescription field : description.fields()) {
      MessageWriter.text(field.name(), out);
      out.writeInt(field.tableOid()).writeShort(field.columnNumber());
      out.writeInt(field.typeOid()).writeShort(field.typeSize()).writeInt(field.typeModifier());
      out.writeShort(field.format().code());
    }
    MessageWriter.end(start, out);
  }

  static NegotiateProtocolVersion negotiateProtocolVersion(MessageReader in)
      throws ProtocolException {
    ProtocolVersion newest = ProtocolVersion.of(in.int32("version"));
    int count = in.count32("option count", 1);
    List<String> options = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      options.add(in.text("option"));
    }
    return new NegotiateProtocolVersion(newest, options);
  }

  static void write(NegotiateProtocolVersion negotiate, ByteBuf out) {
    int start = MessageWriter.begin(MessageTypes.NEGOTIATE_PROTOCOL_VERSION, out);
    out.writeInt(negotiate.newestVersion().code());
    out.writeInt(negotiate.unrecognizedOptions().size());
    for (String option : negotiate.unrecognizedOptions()) {
      MessageWriter.text(option, out);
    }
    MessageWriter.end(start, out);
  }
}
