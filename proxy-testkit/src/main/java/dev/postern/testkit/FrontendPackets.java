package dev.postern.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The packets of a client, as bytes (PostgreSQL documentation, "Message Formats"). Well-formed
 * unless a method says otherwise.
 */
public final class FrontendPackets {
  public static final int PROTOCOL_3_0 = 0x0003_0000;
  public static final int PROTOCOL_3_2 = 0x0003_0002;

  static final int SSL_CODE = 80877103;
  static final int GSSENC_CODE = 80877104;
  static final int CANCEL_CODE = 80877102;

  private FrontendPackets() {}

  public static byte[] sslRequest() {
    return new PacketWriter().int32(SSL_CODE).untyped();
  }

  public static byte[] gssencRequest() {
    return new PacketWriter().int32(GSSENC_CODE).untyped();
  }

  public static byte[] cancelRequest(int processId, byte[] secret) {
    return new PacketWriter().int32(CANCEL_CODE).int32(processId).bytes(secret).untyped();
  }

  /** A StartupMessage of protocol 3.0 with names and values in turn. */
  public static byte[] startup(String... namesAndValues) {
    return startup(PROTOCOL_3_0, namesAndValues);
  }

  public static byte[] startup(int protocol, String... namesAndValues) {
    PacketWriter packet = new PacketWriter().int32(protocol);
    for (String part : namesAndValues) {
      packet.string(part);
    }
    return packet.int8(0).untyped();
  }

  /** A first packet with a claimed length and whatever follows, well-formed or not. */
  public static byte[] startupClaiming(int length, byte[] rest) {
    return ByteBuffer.allocate(4 + rest.length).putInt(length).put(rest).array();
  }

  public static byte[] query(String sql) {
    return new PacketWriter().string(sql).typed('Q');
  }

  public static byte[] parse(String statement, String sql) {
    return new PacketWriter().string(statement).string(sql).int16(0).typed('P');
  }

  /** With the types of the first parameters, by their OIDs. */
  public static byte[] parseTyped(String statement, String sql, int... types) {
    PacketWriter packet = new PacketWriter().string(statement).string(sql).int16(types.length);
    for (int type : types) {
      packet.int32(type);
    }
    return packet.typed('P');
  }

  /** Parameters in text form; {@code null} for a null. */
  public static byte[] bind(String portal, String statement, @Nullable String... parameters) {
    PacketWriter packet =
        new PacketWriter().string(portal).string(statement).int16(0).int16(parameters.length);
    for (String parameter : parameters) {
      if (parameter == null) {
        packet.int32(-1);
      } else {
        byte[] value = parameter.getBytes(StandardCharsets.UTF_8);
        packet.int32(value.length).bytes(value);
      }
    }
    return packet.int16(0).typed('B');
  }

  public static byte[] describeStatement(String statement) {
    return new PacketWriter().int8('S').string(statement).typed('D');
  }

  public static byte[] describePortal(String portal) {
    return new PacketWriter().int8('P').string(portal).typed('D');
  }

  public static byte[] execute(String portal, int maxRows) {
    return new PacketWriter().string(portal).int32(maxRows).typed('E');
  }

  /** Parse, Bind and Execute of the unnamed statement and portal, without Sync. */
  public static byte[] unnamed(String sql) {
    byte[] parse = parse("", sql);
    byte[] bind = bind("", "");
    byte[] execute = execute("", 0);
    return ByteBuffer.allocate(parse.length + bind.length + execute.length)
        .put(parse)
        .put(bind)
        .put(execute)
        .array();
  }

  public static byte[] closeStatement(String statement) {
    return new PacketWriter().int8('S').string(statement).typed('C');
  }

  public static byte[] closePortal(String portal) {
    return new PacketWriter().int8('P').string(portal).typed('C');
  }

  /** Calls a function by its OID; arguments and result in text form. */
  public static byte[] functionCall(int function, String... arguments) {
    PacketWriter packet = new PacketWriter().int32(function).int16(0).int16(arguments.length);
    for (String argument : arguments) {
      byte[] value = argument.getBytes(StandardCharsets.UTF_8);
      packet.int32(value.length).bytes(value);
    }
    return packet.int16(0).typed('F');
  }

  public static byte[] sync() {
    return message('S');
  }

  public static byte[] flush() {
    return message('H');
  }

  public static byte[] terminate() {
    return message('X');
  }

  public static byte[] password(String password) {
    return new PacketWriter().string(password).typed('p');
  }

  public static byte[] saslInitialResponse(String mechanism, String data) {
    byte[] content = data.getBytes(StandardCharsets.UTF_8);
    return new PacketWriter().string(mechanism).int32(content.length).bytes(content).typed('p');
  }

  public static byte[] saslResponse(String data) {
    return new PacketWriter().text(data).typed('p');
  }

  public static byte[] copyData(byte[] data) {
    return message('d', data);
  }

  public static byte[] copyDone() {
    return message('c');
  }

  public static byte[] copyFail(String reason) {
    return new PacketWriter().string(reason).typed('f');
  }

  /** Any type with any body. */
  public static byte[] message(char type, byte... body) {
    return new PacketWriter().bytes(body).typed(type);
  }

  /** A type and a claimed length, with nothing behind it. */
  public static byte[] header(char type, int length) {
    return ByteBuffer.allocate(5).put((byte) type).putInt(length).array();
  }
}
