package dev.postern.proxy.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BulkReadsTest {
  private static final int ANYTHING = 1;
  private static final int PACKET = 8 * 1024;
  private static final int PACKETS = 4 * 1024;

  private final AtomicLong received = new AtomicLong();
  private final AtomicInteger lowWater = new AtomicInteger();

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll"})
  @Timeout(30)
  void aTransferArrivesInLargePiecesAndItsEndIsNotKeptBack(String name) throws Exception {
    Transport transport = TransportUnderTest.named(name);
    try (var loops = transport.newEventLoops(1);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Channel connection =
          new Bootstrap()
              .group(loops)
              .channel(transport.channel())
              .handler(new Counting(transport))
              .connect(server.getLocalSocketAddress())
              .sync()
              .channel();
      try (Socket peer = server.accept()) {
        long transferred = (long) PACKETS * PACKET;
        for (int i = 0; i < 3; i++) {
          long before = received.get();
          lowWater.set(0);
          sendBulk(peer);
          await().untilAsserted(() -> assertThat(received).hasValue(before + transferred));
          assertThat(lowWater).as("while it lasted").hasValueGreaterThan(PACKET);

          peer.getOutputStream().write(1);
          await().untilAsserted(() -> assertThat(received).hasValue(before + transferred + 1));
          await().untilAsserted(() -> assertThat(lowWater(connection)).isEqualTo(ANYTHING));
        }
        sendBulk(peer);
      }
      await().untilAsserted(() -> assertThat(connection.isOpen()).isFalse());
      assertThat(received).hasValue(4L * PACKETS * PACKET + 3);
    }
  }

  private static void sendBulk(Socket peer) throws IOException {
    for (int i = 0; i < PACKETS; i++) {
      peer.getOutputStream().write(new byte[PACKET]);
    }
  }

  private static int lowWater(Channel connection) {
    return connection.config().getOption(BulkReads.RECEIVE_LOW_WATER);
  }

  private final class Counting extends ChannelInitializer<Channel> {
    private final Transport transport;

    Counting(Transport transport) {
      this.transport = transport;
    }

    @Override
    protected void initChannel(Channel channel) {
      transport.prepare(channel);
      channel
          .pipeline()
          .addLast(
              new SimpleChannelInboundHandler<ByteBuf>() {
                @Override
                protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
                  received.addAndGet(bytes.readableBytes());
                  lowWater.accumulateAndGet(lowWater(ctx.channel()), Math::max);
                }
              });
    }
  }
}
