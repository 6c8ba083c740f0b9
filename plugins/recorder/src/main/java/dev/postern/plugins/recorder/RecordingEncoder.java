package dev.postern.plugins.recorder;

import dev.postern.api.session.SessionInfo;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The items that a recording is made of. The plugin's README describes them. */
final class RecordingEncoder {
  private static final int VERSION = 1;
  private static final String END = "E";

  private final Redaction redaction;

  RecordingEncoder(Redaction redaction) {
    this.redaction = redaction;
  }

  byte[] header(Recording recording) {
    SessionInfo session = recording.session;
    Cbor out = new Cbor().selfDescribed().beginMap();
    out.text("format").text("postern-recording");
    out.text("version").number(VERSION);
    out.text("sessionId").text(session.sessionId());
    out.text("startedAt").text(recording.startedAt.toString());
    out.text("user").text(session.user().name());
    out.text("database").text(session.startup().database());
    out.text("client").text(text(session.client().address()));
    out.text("backend").text(session.backend().address());
    out.text("redacted").text(redaction.describe());
    return out.endMap().toByteArray();
  }

  byte[] message(Entry.Seen seen) {
    Cbor out =
        new Cbor()
            .array(4)
            .number(seen.micros())
            .text(seen.direction().code)
            .text(seen.message().getClass().getSimpleName())
            .beginMap();
    MessageFields.write(seen.message(), new Fields(out, redaction));
    return out.endMap().toByteArray();
  }

  byte[] message(Entry.Undecoded large) {
    Cbor out =
        new Cbor()
            .array(4)
            .number(large.micros())
            .text(large.direction().code)
            .text("Undecoded")
            .beginMap();
    out.text("type").text(String.valueOf(large.type()));
    out.text("messageLength").number(large.length());
    return out.endMap().toByteArray();
  }

  byte[] end(long micros, String reason) {
    return new Cbor().array(3).number(micros).text(END).text(reason).toByteArray();
  }

  private static String text(InetSocketAddress address) {
    InetAddress resolved = address.getAddress();
    String host = resolved == null ? address.getHostString() : resolved.getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
