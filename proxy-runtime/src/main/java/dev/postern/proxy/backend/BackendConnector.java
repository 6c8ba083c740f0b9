package dev.postern.proxy.backend;

import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.SSLRequest;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.Connections;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.channel.PeerClosedException;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.tls.BackendTlsContexts;
import dev.postern.proxy.tls.HandshakeFailure;
import dev.postern.proxy.tls.TlsConfigurationException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;

/**
 * Opens connections to servers, with TLS as the route demands. Safe for use by many threads;
 * blocks, on virtual threads.
 */
public final class BackendConnector {
  private final Connections connections;
  private final BackendTlsContexts tls;
  private final Duration connectTimeout;
  private final HostLookup lookup = new HostLookup(InetAddress::getAllByName);

  /**
   * @param connectTimeout for one server: looking its name up, all its addresses, and TLS
   */
  public BackendConnector(
      Connections connections, BackendTlsContexts tls, Duration connectTimeout) {
    this.connections = connections;
    this.tls = tls;
    this.connectTimeout = connectTimeout;
  }

  /** For one server. */
  Duration connectTimeout() {
    return connectTimeout;
  }

  /**
   * Opens a connection that is ready for a startup packet.
   *
   * @param eventLoop where the channel is to live
   * @param deadline not waited beyond
   * @throws IOException if the server cannot be reached, or not with the TLS that is demanded;
   *     nothing was then sent that is secret
   */
  public BlockingChannel open(Backend backend, EventLoop eventLoop, Deadline deadline)
      throws IOException, InterruptedException {
    Deadline connected = deadline.orIn(connectTimeout);
    IOException failure = null;
    for (InetAddress address : lookup.addresses(backend.host(), connected)) {
      try {
        return open(backend, new InetSocketAddress(address, backend.port()), eventLoop, connected);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure != null ? failure : new IOException("no address");
  }

  private BlockingChannel open(
      Backend backend, InetSocketAddress address, EventLoop eventLoop, Deadline deadline)
      throws IOException, InterruptedException {
    BackendTls.Mode mode = backend.tls().mode();
    BlockingChannel channel = connect(address, eventLoop, deadline);
    boolean usable = false;
    try {
      if (mode != BackendTls.Mode.DISABLE) {
        startTls(backend, channel);
      }
      usable = true;
      return channel;
    } catch (IOException e) {
      if (mode == BackendTls.Mode.PREFER && channel.tls() != null) {
        usable = true;
        channel.close();
        channel.release();
        return connect(address, eventLoop, deadline);
      }
      throw e;
    } finally {
      if (!usable) {
        end(channel);
      }
    }
  }

  private BlockingChannel connect(InetSocketAddress address, EventLoop eventLoop, Deadline deadline)
      throws IOException, InterruptedException {
    var opened = new CompletableFuture<BlockingChannel>();
    ChannelFuture connected =
        new Bootstrap()
            .group(eventLoop)
            .channel(connections.transport().channel())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.max(1, deadline.remainingNanos() / 1_000_000))
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.prepare(channel);
                    opened.complete(new BlockingChannel(channel, deadline));
                  }
                })
            .connect(address);
    try {
      connected.await();
    } catch (InterruptedException e) {
      connected.channel().close();
      throw e;
    }
    if (connected.cause() != null) {
      throw new IOException(connected.cause().getMessage(), connected.cause());
    }
    connected.channel().remoteAddress(); // kept from here on, also by Java's NIO
    try {
      return opened.get();
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
  }

  /** Asks for TLS and starts it; whatever the server says in clear is not trusted. */
  private void startTls(Backend backend, BlockingChannel channel)
      throws IOException, InterruptedException {
    BackendTls settings = backend.tls();
    ByteBuf request = channel.alloc().buffer(8);
    FrontendCodec.encode(new SSLRequest(), request);
    channel.write(request);
    ByteBuf reply = channel.read(1, "the answer to SSLRequest");
    byte answer = reply.readByte();
    reply.release();
    switch (answer) {
      case 'S' -> handshake(backend, channel);
      case 'N' -> {
        if (settings.mode() != BackendTls.Mode.PREFER) {
          throw new BackendTlsException(
              "the server does not offer TLS, and tls.mode of this backend is "
                  + settings.mode().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
              null);
        }
      }
      default ->
          throw new BackendTlsException(
              "the server answered SSLRequest with byte 0x%02x, which is neither S nor N"
                  .formatted(answer & 0xff),
              null);
    }
  }

  private void handshake(Backend backend, BlockingChannel channel)
      throws IOException, InterruptedException {
    try {
      channel.startTls(newHandler(backend, channel), null, false);
    } catch (SSLException e) {
      throw new BackendTlsException("the TLS handshake failed: " + HandshakeFailure.reason(e), e);
    }
  }

  private SslHandler newHandler(Backend backend, BlockingChannel channel) throws IOException {
    try {
      return tls.newHandler(backend.tls(), backend.host(), channel.alloc());
    } catch (TlsConfigurationException e) {
      throw new BackendTlsException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Sends a CancelRequest on a connection of its own and waits until the server has taken it.
   *
   * @param address where the session's connection goes: of a name with several addresses, only that
   *     one knows the key
   */
  public void cancel(
      Backend backend, InetSocketAddress address, CancelRequest request, EventLoop eventLoop)
      throws IOException, InterruptedException {
    ask(open(backend, address, eventLoop, Deadline.in(connectTimeout)), request);
  }

  /**
   * Sends a CancelRequest to another Postern and waits until that has dealt with it. No connection
   * is left open, however it ends.
   *
   * @param deadline for all of it
   * @return the byte with which it answered; 0 if it closed the connection without an answer, as
   *     servers do
   */
  public byte passOn(Backend peer, CancelRequest request, EventLoop eventLoop, Deadline deadline)
      throws IOException, InterruptedException {
    BlockingChannel channel = open(peer, eventLoop, deadline);
    channel.deadline(deadline);
    return ask(channel, request);
  }

  private static byte ask(BlockingChannel channel, CancelRequest request)
      throws IOException, InterruptedException {
    try {
      ByteBuf packet = channel.alloc().buffer();
      FrontendCodec.encode(request, packet);
      channel.write(packet);
      return channel.peek("the cancel request to be taken");
    } catch (PeerClosedException e) {
      return 0; // a server's whole answer is to close the connection
    } finally {
      end(channel);
    }
  }

  /** Waits until it is closed: whoever bounds connections can count those that were given up. */
  private static void end(BlockingChannel channel) {
    channel.channel().close().awaitUninterruptibly();
    channel.release();
  }
}
