package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.proxy.LeakWatch;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.tls.TestAuthority.PemPair;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients without any right can send before they have shown who they are. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakWatch.class)
final class HostileClientTest {
  private static final HexFormat HEX = HexFormat.of();

  /** Record: handshake, as long as may be. ClientHello: 16 MiB, less one byte. */
  private static final byte[] ENORMOUS_CLIENT_HELLO =
      HEX.parseHex("1603014000" + "01ffffff" + "0303");

  private static final int ALERT = 21;
  private static final int PROTOCOL_VERSION = 70;

  private final TlsRuntime runtime;
  private final EchoServer server;

  HostileClientTest(TlsProvider provider, @TempDir Path directory) throws Exception {
    assumeTrue(provider == TlsProvider.JDK || OpenSsl.isAvailable(), "BoringSSL does not load");
    runtime = new TlsRuntime(provider);
    PemPair files = new TestAuthority("ca").issue("localhost").writeTo(directory, "server");
    ListenerTlsConfig config =
        new ListenerTlsConfig(
            TlsMode.REQUIRED, files.certificate(), files.key(), null, null, null, null);
    server = new EchoServer(ServerTls.open(new ListenerConfig("127.0.0.1", 0, config), runtime));
  }

  @AfterEach
  void stop() {
    server.close();
    runtime.close();
  }

  @Test
  void tls11IsRefusedWithAnAlertThatSaysSo() throws Exception {
    try (Socket client = JdkClient.connected(server.address())) {
      client.getOutputStream().write(clientHello(0x0302));

      byte[] alert = client.getInputStream().readNBytes(7);

      assertThat(alert[0]).isEqualTo((byte) ALERT);
      assertThat(alert[6]).isEqualTo((byte) PROTOCOL_VERSION);
      assertThat(server.outcome().failure()).isNotNull();
    }
  }

  @Test
  void garbageEndsTheConnection() throws Exception {
    Random random = new Random(20261120);
    for (int i = 0; i < 200; i++) {
      byte[] garbage = new byte[1 + random.nextInt(600)];
      random.nextBytes(garbage);
      try (Socket client = JdkClient.connected(server.address())) {
        client.getOutputStream().write(garbage);
        client.shutdownOutput();
        drain(client);
      } catch (SocketException reset) {
        // As good an end as any.
      }
    }
    new JdkClient(null).connect(server.address()).close();
  }

  @Test
  void enormousClientHelloIsRefusedLongBeforeItsEnd() throws Exception {
    byte[] more = new byte[16_384];
    long sent = 0;
    try (Socket client = JdkClient.connected(server.address())) {
      OutputStream out = client.getOutputStream();
      out.write(ENORMOUS_CLIENT_HELLO);
      out.write(more, 0, 16_384 - 6);
      while (sent < 16 << 20) {
        out.write(HEX.parseHex("1603034000"));
        out.write(more);
        sent += more.length;
      }
    } catch (SocketException closed) {
      assertThat(server.outcome().failure()).isNotNull();
    }
    assertThat(sent).isLessThan(8 << 20); // what the sockets buffer, not what is claimed
  }

  @Test
  void claimingMuchCostsNothing() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        Socket client = JdkClient.connected(server.address());
        clients.add(client);
        client.getOutputStream().write(ENORMOUS_CLIENT_HELLO);
      }
      new JdkClient(null).connect(server.address()).close();

      assertThat(server.bufferedBytes()).isLessThan(16 << 20);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void plaintextIsRefused() throws Exception {
    try (Socket client = JdkClient.connected(server.address())) {
      client.getOutputStream().write(HEX.parseHex("0000000804d2162f"));

      assertThat(drain(client)).isLessThan(64);
      assertThat(server.outcome().failure()).isNotNull();
    }
  }

  private static long drain(Socket client) throws IOException {
    try (InputStream in = client.getInputStream()) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** As clients before TLS 1.3 sent it, with ECDHE suites and P-256. */
  private static byte[] clientHello(int version) {
    String extensions = "000a00040002" + "0017" + "000b00020100" + "000d00060004" + "04030401";
    String body =
        "%04x".formatted(version)
            + "42".repeat(32) // random
            + "00" // no session
            + "0006"
            + "c009c013c02b"
            + "0100" // no compression
            + "%04x".formatted(extensions.length() / 2)
            + extensions;
    String message = "01%06x".formatted(body.length() / 2) + body;
    return HEX.parseHex("160301%04x".formatted(message.length() / 2) + message);
  }
}
