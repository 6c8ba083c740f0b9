package dev.postern.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.channel.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class BackendConnectionTest {
  /** A login that a plugin holds may be the last to know that the server has ended. */
  @Test
  void freesWhatNobodyReadThoughItsEventLoopHasEnded() throws Exception {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    var opened = new CompletableFuture<BlockingChannel>();
    Transport transport = Transport.named("nio");
    try (var loops = transport.newEventLoops(1);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      new Bootstrap()
          .group(loops)
          .channel(transport.channel())
          .option(ChannelOption.ALLOCATOR, allocator)
          .handler(
              new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                  opened.complete(new BlockingChannel(channel, Deadline.in(Duration.ofMinutes(1))));
                }
              })
          .connect(server.getLocalSocketAddress())
          .sync();
      BlockingChannel channel = opened.get();
      try (Socket peer = server.accept()) {
        peer.getOutputStream().write(1);
        await().until(channel::hasUnread);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
      }
      new BackendConnection(
              new Backend("127.0.0.1", server.getLocalPort(), BackendTls.DISABLED), channel)
          .close();
      assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
          .isZero();
    }
  }
}
