package dev.postern.proxy.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * How bytes reach the kernel: io_uring where it works (the cheapest), else epoll, else Java's NIO,
 * which always works.
 *
 * @param name {@code io_uring}, {@code epoll} or {@code nio}
 * @param ioHandlers for the event loops
 * @param serverChannel the listening socket's class
 * @param channel a connection's class
 */
public record Transport(
    String name,
    IoHandlerFactory ioHandlers,
    Class<? extends ServerChannel> serverChannel,
    Class<? extends Channel> channel) {
  private static final int KEEP_IDLE_SECONDS = 60;
  private static final int KEEP_INTERVAL_SECONDS = 10;
  private static final int KEEP_PROBES = 6;

  /** The best one that works here. */
  public static Transport best() {
    if (unavailable("io_uring") == null) {
      return named("io_uring");
    }
    return unavailable("epoll") == null ? named("epoll") : named("nio");
  }

  /**
   * The one with this name.
   *
   * @throws IllegalArgumentException if it does not work here; the message says why
   */
  public static Transport named(String name) {
    Throwable reason = unavailable(name);
    if (reason != null) {
      throw new IllegalArgumentException(
          "transport " + name + " does not work here: " + reason.getMessage(), reason);
    }
    return switch (name) {
      case "io_uring" ->
          new Transport(
              name,
              IoUringIoHandler.newFactory(),
              IoUringServerSocketChannel.class,
              IoUringSocketChannel.class);
      case "epoll" ->
          new Transport(
              name,
              EpollIoHandler.newFactory(),
              EpollServerSocketChannel.class,
              EpollSocketChannel.class);
      case "nio" ->
          new Transport(
              name,
              NioIoHandler.newFactory(),
              NioServerSocketChannel.class,
              NioSocketChannel.class);
      default ->
          throw new IllegalArgumentException(
              "transport " + name + " (expected: io_uring, epoll or nio)");
    };
  }

  private static @Nullable Throwable unavailable(String name) {
    return switch (name) {
      case "io_uring" -> IoUring.unavailabilityCause();
      case "epoll" -> Epoll.unavailabilityCause();
      default -> null;
    };
  }

  private Map<ChannelOption<Integer>, Integer> keepAliveOptions() {
    return switch (name) {
      case "io_uring" ->
          Map.of(
              IoUringChannelOption.TCP_KEEPIDLE, KEEP_IDLE_SECONDS,
              IoUringChannelOption.TCP_KEEPINTVL, KEEP_INTERVAL_SECONDS,
              IoUringChannelOption.TCP_KEEPCNT, KEEP_PROBES);
      case "epoll" ->
          Map.of(
              EpollChannelOption.TCP_KEEPIDLE, KEEP_IDLE_SECONDS,
              EpollChannelOption.TCP_KEEPINTVL, KEEP_INTERVAL_SECONDS,
              EpollChannelOption.TCP_KEEPCNT, KEEP_PROBES);
      default ->
          Map.of(
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEP_IDLE_SECONDS,
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEP_INTERVAL_SECONDS,
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_PROBES);
    };
  }

  /**
   * Makes a new connection ready, before it has any handler: one whose other end vanished without a
   * word is found within two minutes.
   */
  public void prepare(Channel connection) {
    connection.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    Buffers.prepare(connection);
    keepAliveOptions().forEach(connection.config()::setOption);
    if (!name.equals("nio")) {
      connection.pipeline().addFirst(new BulkReads());
    }
    if (name.equals("io_uring")) {
      connection.pipeline().addFirst(new IoUringEnds());
    }
  }

  public MultiThreadIoEventLoopGroup newEventLoops(int count) {
    return new MultiThreadIoEventLoopGroup(
        count, new DefaultThreadFactory("loop", true), ioHandlers);
  }
}
