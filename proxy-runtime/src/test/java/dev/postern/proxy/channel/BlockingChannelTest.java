package dev.postern.proxy.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class BlockingChannelTest {
  private static final Deadline MINUTE = Deadline.in(Duration.ofMinutes(1));

  @Test
  @Timeout(20)
  void startsNoTlsWithAPeerThatHasGone() throws Exception {
    try (var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var opened = new CompletableFuture<BlockingChannel>();
      Channel channel =
          new Bootstrap()
              .group(loops)
              .channel(NioSocketChannel.class)
              .handler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                      opened.complete(new BlockingChannel(made, MINUTE));
                    }
                  })
              .connect(server.getLocalSocketAddress())
              .sync()
              .channel();
      server.accept().close();
      channel.closeFuture().sync();
      ByteBuf reply = Unpooled.buffer().writeByte('S');
      SslHandler handler = new SslHandler(SSLContext.getDefault().createSSLEngine());
      assertThatThrownBy(() -> opened.get().startTls(handler, reply, false))
          .isInstanceOf(PeerClosedException.class);
      assertThat(reply.refCnt()).isZero();
    }
  }

  @Test
  void keepsNothingThatComesAfterItsRelease() {
    EmbeddedChannel channel = new EmbeddedChannel();
    BlockingChannel connection = new BlockingChannel(channel, MINUTE);
    ByteBuf before = Unpooled.buffer().writeByte(1);
    ByteBuf after = Unpooled.buffer().writeByte(2);
    channel.writeInbound(before);
    connection.release();
    channel.writeInbound(after);
    assertThat(before.refCnt()).isZero();
    assertThat(after.refCnt()).isZero();
  }
}
