package dev.postern.proxy.server;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.channel.Connections;
import dev.postern.proxy.channel.Transport;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.frontend.ListenerSecurity;
import dev.postern.proxy.tls.ServerTls;
import dev.postern.proxy.tls.TlsRuntime;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ListenerTest {
  @Test
  @SuppressWarnings("NullAway") // nobody is served
  void closesItsTlsIfItCannotBeOpened(@TempDir Path directory) throws Exception {
    ListenerTlsConfig tlsConfig =
        new ListenerTlsConfig(
            TlsMode.REQUIRED,
            directory.resolve("server.crt"),
            directory.resolve("server.key"),
            true,
            null,
            null,
            null);
    try (TlsRuntime runtime = new TlsRuntime(null);
        Connections connections = new Connections(Transport.best(), 1);
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ListenerConfig config = new ListenerConfig("127.0.0.1", taken.getLocalPort(), tlsConfig);
      ServerTls tls = ServerTls.open(config, runtime);
      assertThatThrownBy(
              () -> Listener.open(config, new ListenerSecurity(tls, true), connections, null))
          .isInstanceOf(StartException.class);
      assertThatIllegalStateException()
          .isThrownBy(() -> tls.newHandshake(UnpooledByteBufAllocator.DEFAULT))
          .withMessageContaining("closed");
    }
  }
}
