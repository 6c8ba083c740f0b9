package dev.postern.it.pooling;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A scripted client that writes down every message that comes. */
final class WireSession implements AutoCloseable {
  private final String name;
  private final WireClient client;
  private final Transcript transcript;

  WireSession(String name, WireClient client, Transcript transcript) {
    this.name = name;
    this.client = client;
    this.transcript = transcript;
  }

  WireClient client() {
    return client;
  }

  /** Sends all of these in one write. */
  WireSession send(byte[]... packets) {
    client.send(packets);
    return this;
  }

  /** Writes down what comes up to the first message of this type. */
  WireSession until(char type) {
    while (next().type() != type) {
      // all of them
    }
    return this;
  }

  /** Writes down the next message. */
  WireMessage next() {
    WireMessage message = client.receive();
    show(message);
    return message;
  }

  /** Writes down a message that has come. */
  void show(WireMessage message) {
    note(shown(message));
  }

  /** Writes down what comes up to this many ReadyForQuery. */
  WireSession ready(int times) {
    for (int i = 0; i < times; i++) {
      until('Z');
    }
    return this;
  }

  /** Sends all of these, and writes down what comes up to ReadyForQuery. */
  WireSession exchange(byte[]... packets) {
    return send(packets).ready(1);
  }

  /** Simple queries, one after the other. */
  WireSession query(String... statements) {
    for (String sql : statements) {
      note("> " + (sql.length() > 200 ? sql.substring(0, 200) : sql));
      exchange(FrontendPackets.query(sql));
    }
    return this;
  }

  /** The connection must end now. */
  void end() {
    client.expectEnd();
    note("end");
  }

  void note(String line) {
    transcript.add(name + " " + line);
  }

  @Override
  public void close() {
    client.close();
  }

  private static String shown(WireMessage message) {
    return switch (message.type()) {
      case 'T' -> "RowDescription " + columns(message);
      case 'D' -> "DataRow " + clipped(message.values().toString());
      case 'C' -> "CommandComplete " + message.strings(0);
      case 'E', 'N' -> message.type() + " " + fields(message);
      case 'S' -> "ParameterStatus " + message.strings(0);
      case 'Z' -> "ReadyForQuery " + (char) message.body().at(0);
      case 'A' -> "NotificationResponse " + message.strings(4);
      default ->
          "%c %s"
              .formatted(
                  message.type(), clipped(HexFormat.of().formatHex(message.body().toByteArray())));
    };
  }

  /** Without the place in the server's source: what Postern refuses itself has none. */
  private static Map<Character, String> fields(WireMessage message) {
    Map<Character, String> fields = message.fields();
    fields.keySet().removeAll(Set.of('F', 'L', 'R'));
    return fields;
  }

  /** Long values by their ends and their hash. */
  private static String clipped(String text) {
    return text.length() <= 400
        ? text
        : "%s… %d characters, hash %08x"
            .formatted(text.substring(0, 100), text.length(), text.hashCode());
  }

  /** Name, whether it is of a table, place in the table, type, size, modifier, format of each. */
  private static List<String> columns(WireMessage message) {
    List<String> columns = new ArrayList<>();
    byte[] body = message.body().toByteArray();
    int at = 2;
    for (int i = 0; i < message.int16(0); i++) {
      String name = message.strings(at).getFirst();
      while (body[at] != 0) {
        at++;
      }
      at++;
      columns.add(
          "%s %s%d type %d size %d modifier %d format %d"
              .formatted(
                  name,
                  message.int32(at) == 0 ? "" : "of table ",
                  message.int16(at + 4),
                  message.int32(at + 6),
                  message.int16(at + 10),
                  message.int32(at + 12),
                  message.int16(at + 16)));
      at += 18;
    }
    return columns;
  }
}
