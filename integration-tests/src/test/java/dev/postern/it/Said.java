package dev.postern.it;

import dev.postern.api.Bytes;
import dev.postern.testkit.FrontendPackets;
import java.nio.charset.StandardCharsets;

/**
 * A message of a client, and what of it an interceptor sees.
 *
 * @param type its type byte
 * @param name of the statement or portal that it is about; a portal for Bind and Execute
 * @param text of Query and Parse; the statement's name for Bind; {@code S} or {@code P} for
 *     Describe and Close
 * @param tag what its own answer shows; of Query and Parse the text holds it
 */
record Said(char type, String name, String text, String tag, Bytes bytes) {
  private static final int BTRIM = 885;

  static Said query(String sql) {
    return of('Q', "", sql, "", FrontendPackets.query(sql));
  }

  static Said parse(String statement, String sql) {
    return of('P', statement, sql, "", FrontendPackets.parse(statement, sql));
  }

  /** With one parameter, which is the tag. */
  static Said bind(String portal, String statement, String tag) {
    return of('B', portal, statement, tag, FrontendPackets.bind(portal, statement, tag));
  }

  static Said bind(String portal, String statement) {
    return of('B', portal, statement, "", FrontendPackets.bind(portal, statement));
  }

  static Said describeStatement(String name) {
    return of('D', name, "S", "", FrontendPackets.describeStatement(name));
  }

  static Said describePortal(String name) {
    return of('D', name, "P", "", FrontendPackets.describePortal(name));
  }

  static Said execute(String portal, int maxRows) {
    return of('E', portal, "", "", FrontendPackets.execute(portal, maxRows));
  }

  static Said closeStatement(String name) {
    return of('C', name, "S", "", FrontendPackets.closeStatement(name));
  }

  static Said closePortal(String name) {
    return of('C', name, "P", "", FrontendPackets.closePortal(name));
  }

  static Said call(String tag) {
    return of('F', "", "", tag, FrontendPackets.functionCall(BTRIM, tag));
  }

  static Said sync() {
    return plain('S', FrontendPackets.sync());
  }

  static Said flush() {
    return plain('H', FrontendPackets.flush());
  }

  static Said row(String text) {
    return plain('d', FrontendPackets.copyData((text + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  static Said copyDone() {
    return plain('c', FrontendPackets.copyDone());
  }

  static Said copyFail() {
    return plain('f', FrontendPackets.copyFail("no"));
  }

  private static Said plain(char type, byte[] bytes) {
    return of(type, "", "", "", bytes);
  }

  private static Said of(char type, String name, String text, String tag, byte[] bytes) {
    return new Said(type, name, text, tag, Bytes.wrap(bytes));
  }
}
