package dev.postern.testkit;

import java.nio.charset.StandardCharsets;

/** The packets of a server, as bytes (PostgreSQL documentation, "Message Formats"). */
public final class BackendPackets {
  private BackendPackets() {}

  public static byte[] authenticationOk() {
    return authentication(0);
  }

  public static byte[] authenticationCleartextPassword() {
    return authentication(3);
  }

  /**
   * AuthenticationMD5Password.
   *
   * @param salt four bytes
   */
  public static byte[] authenticationMd5Password(byte[] salt) {
    return authentication(5, salt);
  }

  public static byte[] authenticationSasl(String... mechanisms) {
    PacketWriter packet = new PacketWriter().int32(10);
    for (String mechanism : mechanisms) {
      packet.string(mechanism);
    }
    return packet.int8(0).typed('R');
  }

  public static byte[] authenticationSaslContinue(String data) {
    return authentication(11, data.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] authenticationSaslFinal(String data) {
    return authentication(12, data.getBytes(StandardCharsets.UTF_8));
  }

  /** An authentication request of any kind. */
  public static byte[] authentication(int code, byte... data) {
    return new PacketWriter().int32(code).bytes(data).typed('R');
  }

  public static byte[] parameterStatus(String name, String value) {
    return new PacketWriter().string(name).string(value).typed('S');
  }

  public static byte[] backendKeyData(int processId, byte[] secret) {
    return new PacketWriter().int32(processId).bytes(secret).typed('K');
  }

  /**
   * ReadyForQuery.
   *
   * @param status {@code I}, {@code T} or {@code E}
   */
  public static byte[] readyForQuery(char status) {
    return new PacketWriter().int8(status).typed('Z');
  }

  public static byte[] commandComplete(String tag) {
    return new PacketWriter().string(tag).typed('C');
  }

  /** A RowDescription with columns of type {@code text}. */
  public static byte[] rowDescription(String... columns) {
    PacketWriter packet = new PacketWriter().int16(columns.length);
    for (String column : columns) {
      packet.string(column).int32(0).int16(0).int32(25).int16(-1).int32(-1).int16(0);
    }
    return packet.typed('T');
  }

  public static byte[] dataRow(String... values) {
    PacketWriter packet = new PacketWriter().int16(values.length);
    for (String value : values) {
      byte[] content = value.getBytes(StandardCharsets.UTF_8);
      packet.int32(content.length).bytes(content);
    }
    return packet.typed('D');
  }

  /** An ErrorResponse with severity, SQLSTATE and text. */
  public static byte[] error(String severity, String sqlState, String text) {
    return fields('E', severity, sqlState, text);
  }

  /** A NoticeResponse with severity NOTICE. */
  public static byte[] notice(String text) {
    return fields('N', "NOTICE", "00000", text);
  }

  /** Any type with any body. */
  public static byte[] message(char type, byte... body) {
    return new PacketWriter().bytes(body).typed(type);
  }

  private static byte[] fields(char type, String severity, String sqlState, String text) {
    return new PacketWriter()
        .int8('S')
        .string(severity)
        .int8('V')
        .string(severity)
        .int8('C')
        .string(sqlState)
        .int8('M')
        .string(text)
        .int8(0)
        .typed(type);
  }
}
