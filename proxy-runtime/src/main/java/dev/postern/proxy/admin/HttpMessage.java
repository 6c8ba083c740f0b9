package dev.postern.proxy.admin;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The little of HTTP/1.1 (RFC 9112) that two ends of one's own need: one exchange for each
 * connection, a body with a Content-Length.
 *
 * @param startLine the request line or the status line
 * @param body empty where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // compared with nothing, and wiped by whoever reads it
record HttpMessage(String startLine, byte[] body) {
  /** Of start line and headers, in bytes. */
  private static final int MAX_HEAD = 16 << 10;

  /** Enough for an import of a hundred thousand users, in bytes. */
  private static final int MAX_BODY = 32 << 20;

  /** What the other end sent is not what this end reads. */
  static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  static HttpMessage read(InputStream in) throws IOException {
    List<String> head = readHead(in).lines().toList();
    int length = 0;
    for (String header : head.subList(1, head.size())) {
      String[] parts = header.split(":", 2);
      switch (parts[0].strip().toLowerCase(Locale.ROOT)) {
        case "content-length" -> length = length(parts.length == 2 ? parts[1].strip() : "");
        case "transfer-encoding" -> throw new MalformedException("Transfer-Encoding is not read");
        default -> {}
      }
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the body ends early");
    }
    return new HttpMessage(head.getFirst(), body);
  }

  private static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 2) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the connection ends early");
      }
      if (head.size() == MAX_HEAD) {
        throw new MalformedException("head: more than " + MAX_HEAD + " bytes");
      }
      head.write(next);
      if (next == '\n') {
        ends++;
      } else if (next != '\r') {
        ends = 0;
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static int length(String text) throws MalformedException {
    try {
      int length = Integer.parseInt(text);
      if (length >= 0 && length <= MAX_BODY) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw new MalformedException("Content-Length: not a number");
    }
    throw new MalformedException("Content-Length: expected 0.." + MAX_BODY);
  }

  void write(OutputStream out) throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    String head =
        startLine
            + "\r\nHost: postern\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n".formatted(body.length);
    whole.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    whole.writeBytes(body);
    whole.writeTo(out);
    out.flush();
  }
}
