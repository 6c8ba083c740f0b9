package dev.postern.plugins.ldap;

import com.unboundid.asn1.ASN1Element;
import com.unboundid.asn1.ASN1Integer;
import com.unboundid.asn1.ASN1Sequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What a real directory server would not do. */
final class ScriptedServer implements AutoCloseable {
  /** Answers one request; {@code null}: with silence. */
  @FunctionalInterface
  interface Script {
    byte @Nullable [] answer(ASN1Element request) throws IOException;
  }

  private final ServerSocket listener;
  private final Script script;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
  final AtomicInteger connections = new AtomicInteger();

  private ScriptedServer(Script script) {
    this.script = script;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Accepts connections and says nothing. */
  static ScriptedServer silent() {
    return new ScriptedServer(request -> null);
  }

  /** Answers every extended request with unwillingToPerform (53). */
  static ScriptedServer refusingEverything() {
    return new ScriptedServer(request -> extendedResponse(request, 53));
  }

  /** Answers with what is no LDAP. */
  static ScriptedServer talkingNonsense() {
    return new ScriptedServer(
        request -> "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] extendedResponse(ASN1Element request, int code) throws IOException {
    try {
      ASN1Integer id =
          ASN1Integer.decodeAsInteger(ASN1Sequence.decodeAsSequence(request).elements()[0]);
      return new ASN1Sequence(
              id,
              new ASN1Sequence(
                  (byte) 0x78,
                  new com.unboundid.asn1.ASN1Enumerated(code),
                  new com.unboundid.asn1.ASN1OctetString(),
                  new com.unboundid.asn1.ASN1OctetString("no")))
          .encode();
    } catch (com.unboundid.asn1.ASN1Exception e) {
      throw new IOException(e);
    }
  }

  URI uri() {
    return URI.create("ldap://localhost:" + listener.getLocalPort());
  }

  /** Everything that came, as far as it is text. */
  String received() {
    synchronized (received) {
      return received.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        connections.incrementAndGet();
        clients.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      while (true) {
        ASN1Element request = ASN1Element.readFrom(in);
        if (request == null) {
          return;
        }
        synchronized (received) {
          received.writeBytes(request.encode());
        }
        byte[] answer = script.answer(request);
        if (answer != null) {
          client.getOutputStream().write(answer);
        }
      }
    } catch (IOException | com.unboundid.asn1.ASN1Exception e) {
      // The client has gone, or speaks TLS.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket client : clients) {
      client.close();
    }
  }
}
