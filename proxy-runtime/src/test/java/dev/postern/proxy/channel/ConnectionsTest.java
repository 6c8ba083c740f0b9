package dev.postern.proxy.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class ConnectionsTest {
  private final CountDownLatch read = new CountDownLatch(1);

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  void closesWhatIsLeftAndWhatComesLater(String name) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
        Connections connections = new Connections(TransportUnderTest.named(name), 1)) {
      Channel left = connect(connections, server);
      try (Socket peer = server.accept()) {
        connections.close();
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(left.isOpen()).isFalse();
      assertThat(connections.group().isTerminated()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  void closesWhatWillNotBeforeItEndsTheLoops(String name) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
        Connections connections = new Connections(TransportUnderTest.named(name), 1)) {
      Channel left = connect(connections, server);
      left.pipeline().addFirst(new Staying());
      EventLoop loop = connections.eventLoops().getFirst();
      CompletableFuture<Boolean> ending = new CompletableFuture<>();
      left.closeFuture().addListener(closed -> ending.complete(loop.isShuttingDown()));
      connections.close();
      assertThat(ending).isCompletedWithValue(false);
    }
  }

  /**
   * The connection is closed from below, as Netty does where a write fails, while it waits for
   * bytes that a poll has told of and that are not there; and the end of the loops is asked for
   * before the loop has come to know that the close is done.
   */
  @Test
  void endsThoughAConnectionAsksToReadWhileItCloses() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
        Connections connections = new Connections(TransportUnderTest.named("io_uring"), 1)) {
      EventLoop loop = connections.eventLoops().getFirst();
      Channel waiting = connect(connections, server);
      try (Socket peer = server.accept()) {
        Channel other = connect(connections, server);
        try (Socket othersPeer = server.accept()) {
          waiting.config().setAutoRead(false);
          loop.submit(() -> {}).sync();
          peer.getOutputStream().write(1);
          othersPeer.getOutputStream().write(1);
          assertThat(read.await(10, TimeUnit.SECONDS)).isTrue(); // so the loop knows of the first
          loop.submit(() -> readInVain((UnixChannel) waiting)).sync();
          assertThat(other.isOpen()).isTrue();

          CountDownLatch closing = new CountDownLatch(1);
          loop.execute(
              () -> {
                waiting.unsafe().close(waiting.voidPromise());
                closing.countDown();
                awaitShutdown(loop, Duration.ofMillis(500));
              });
          closing.await();
          connections.close();
          assertThat(loop.isTerminated()).isTrue();
          assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
      }
    }
  }

  /** Takes away what the connection would read. */
  private static int readInVain(UnixChannel connection) throws Exception {
    assertThat(connection.fd().read(ByteBuffer.allocateDirect(1), 0, 1)).isEqualTo(1);
    connection.read();
    return 0;
  }

  private static void awaitShutdown(EventLoop loop, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!loop.isShuttingDown() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  private Channel connect(Connections connections, ServerSocket server) throws Exception {
    return new Bootstrap()
        .group(connections.group())
        .channel(connections.transport().channel())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel made) {
                connections.prepare(made);
                made.pipeline().addLast(new Reading());
              }
            })
        .connect(server.getLocalSocketAddress())
        .sync()
        .channel();
  }

  private static final class Staying extends ChannelOutboundHandlerAdapter {
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
      // as TLS, while its peer does not read
    }
  }

  private final class Reading extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
      read.countDown();
    }
  }
}
