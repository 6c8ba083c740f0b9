package dev.postern.proxy.tls;

import dev.postern.api.session.TlsInfo;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listener on the loopback interface that does its handshakes and sends back what it gets. */
final class EchoServer implements AutoCloseable {
  private final ServerTls tls;
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final ChannelGroup clients = new DefaultChannelGroup(loops.next());
  private final Channel channel;

  /** What a handshake came to; without failure there is an info. */
  record Outcome(
      TlsContext context,
      @Nullable TlsInfo info,
      boolean agreedOnPostgresql,
      @Nullable Throwable failure) {

    TlsInfo established() {
      return Objects.requireNonNull(info, () -> "handshake failed: " + failure);
    }
  }

  EchoServer(ServerTls tls) {
    this.tls = tls;
    channel =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel client) {
                    clients.add(client);
                    ServerHandshake handshake = tls.newHandshake(client.alloc());
                    client.pipeline().addLast(handshake.handler(), new Echo(handshake));
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  ServerTls tls() {
    return tls;
  }

  /** The next handshake's outcome. */
  Outcome outcome() throws InterruptedException {
    return Objects.requireNonNull(outcomes.poll(10, TimeUnit.SECONDS), "no handshake in 10 s");
  }

  long bufferedBytes() {
    return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
  }

  ByteBufAllocator allocator() {
    return allocator;
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    clients.close().syncUninterruptibly();
    loops.submit(() -> {}).syncUninterruptibly(); // after what closing has put into the queue
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    tls.close();
  }

  private final class Echo extends ChannelInboundHandlerAdapter {
    private final ServerHandshake handshake;

    Echo(ServerHandshake handshake) {
      this.handshake = handshake;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done) {
        outcomes.add(
            new Outcome(
                handshake.context(),
                done.isSuccess() ? handshake.info() : null,
                handshake.agreedOnPostgresql(),
                done.cause()));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
