package dev.postern.testkit.conformance;

import dev.postern.api.Bytes;
import dev.postern.testkit.FrontendPackets;
import java.io.ByteArrayOutputStream;

/**
 * What a client sends up to one ReadyForQuery, and how a server answers it. Where it has a tag,
 * columns are called so and rows begin with it, so that an answer cannot pass for another's.
 *
 * @param tag empty where the answer shows none
 * @param packets as they are sent
 * @param answer the types of the messages that come, ReadyForQuery included
 * @param status of ReadyForQuery; a space where it depends on what came before
 */
record Question(String tag, Bytes packets, String answer, char status) {
  Question(String tag, byte[] packets, String answer, char status) {
    this(tag, Bytes.wrap(packets), answer, status);
  }

  static Question simple(String tag) {
    return new Question(tag, FrontendPackets.query(select(tag)), "TDCZ", 'I');
  }

  /** A text, of which is known how it is answered. */
  static Question text(String sql, String answer, char status) {
    return new Question("", FrontendPackets.query(sql), answer, status);
  }

  static Question extended(String tag) {
    return extended(tag, ' ');
  }

  static Question extended(String tag, char status) {
    return new Question(
        tag,
        joined(
            FrontendPackets.parse("", select(tag)),
            FrontendPackets.bind("", ""),
            FrontendPackets.describePortal(""),
            FrontendPackets.execute("", 0),
            FrontendPackets.sync()),
        "12TDCZ",
        status);
  }

  /** One that succeeds, one that fails, and one that is skipped therefore. */
  static Question failingInTheMiddle(String tag) {
    return new Question(
        tag,
        joined(
            FrontendPackets.parse("", select(tag)),
            FrontendPackets.bind("", ""),
            FrontendPackets.describePortal(""),
            FrontendPackets.execute("", 0),
            FrontendPackets.unnamed("SELECT 1 / 0"),
            FrontendPackets.unnamed(select("skipped")),
            FrontendPackets.sync()),
        "12TDC1EZ",
        'I');
  }

  static String select(String tag) {
    return "SELECT '" + tag + "' AS \"" + tag + "\"";
  }

  static byte[] joined(byte[]... packets) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] packet : packets) {
      all.writeBytes(packet);
    }
    return all.toByteArray();
  }
}
