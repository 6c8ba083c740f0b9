package dev.postern.proxy.channel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockingChannelTest {
  private static final Deadline MINUTE = Deadline.in(Duration.ofMinutes(1));
  private static final Transport NIO = Transport.named("nio");
  private static final String LAST_WORDS = "last words";

  @Test
  @Timeout(20)
  void startsNoTlsWithAPeerThatHasGone() throws Exception {
    try (var loops = NIO.newEventLoops(1);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      BlockingChannel connection = connect(NIO, loops, server);
      server.accept().close();
      connection.channel().closeFuture().sync();
      ByteBuf reply = Unpooled.buffer().writeByte('S');
      SslHandler handler = new SslHandler(SSLContext.getDefault().createSSLEngine());
      assertThatThrownBy(() -> connection.startTls(handler, reply, false))
          .isInstanceOf(PeerClosedException.class);
      assertThat(reply.refCnt()).isZero();
    }
  }

  @Test
  @Timeout(20)
  void freesTheEngineOfTlsForWhichTheTimeIsOver() throws Exception {
    assumeTrue(OpenSsl.isAvailable(), "BoringSSL does not load");
    SslContext context =
        SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL_REFCNT).build();
    CountDownLatch held = new CountDownLatch(1);
    try (var loops = NIO.newEventLoops(1);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      BlockingChannel connection = connect(NIO, loops, server);
      connection.deadline(Deadline.in(Duration.ZERO));
      ByteBuf reply = Unpooled.buffer().writeByte('S');
      SslHandler handler = context.newHandler(connection.alloc());
      connection.eventLoop().submit(() -> held.await(10, TimeUnit.SECONDS));
      assertThatThrownBy(() -> connection.startTls(handler, reply, false))
          .isInstanceOf(DeadlineExceededException.class);
      held.countDown();
      connection.eventLoop().submit(() -> {}).sync();
      assertThat(reply.refCnt()).isZero();
      assertThat(ReferenceCountUtil.refCnt(handler.engine())).isZero();
    } finally {
      held.countDown();
      ReferenceCountUtil.release(context);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  @Timeout(20)
  void letsAPeerReadTheLastBytesThoughItHasSentMoreThanWasRead(String name) throws Exception {
    Transport transport = TransportUnderTest.named(name);
    try (var loops = transport.newEventLoops(1);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      BlockingChannel connection = connect(transport, loops, server);
      try (Socket peer = server.accept()) {
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(peer));
        await().until(() -> !connection.channel().config().isAutoRead());
        connection.writeAndClose(Unpooled.copiedBuffer(LAST_WORDS, US_ASCII));
        connection.release();
        connection.channel().closeFuture().sync();
        sending.join();
        assertThat(peer.getInputStream().readAllBytes()).isEqualTo(LAST_WORDS.getBytes(US_ASCII));
      }
    }
  }

  private static void send(Socket peer) {
    try {
      peer.getOutputStream().write(new byte[32 * ReceivedBytes.HIGH_WATER]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Timeout(20)
  void closesSoonThoughThePeerNeitherReadsNorCloses() throws Exception {
    try (var loops = NIO.newEventLoops(1);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      BlockingChannel connection = connect(NIO, loops, server);
      try (Socket peer = server.accept()) {
        long start = System.nanoTime();
        connection.writeAndClose(Unpooled.wrappedBuffer(new byte[100_000_000]));
        connection.channel().closeFuture().sync();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(peer.isClosed()).isFalse();
      }
    }
  }

  private static BlockingChannel connect(
      Transport transport, EventLoopGroup loops, ServerSocket server) throws Exception {
    var opened = new CompletableFuture<BlockingChannel>();
    new Bootstrap()
        .group(loops)
        .channel(transport.channel())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel made) {
                transport.prepare(made);
                opened.complete(new BlockingChannel(made, MINUTE));
              }
            })
        .connect(server.getLocalSocketAddress())
        .sync();
    return opened.get();
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
