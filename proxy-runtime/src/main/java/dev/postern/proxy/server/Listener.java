package dev.postern.proxy.server;

import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.Connections;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.frontend.ListenerSecurity;
import dev.postern.proxy.frontend.Negotiation;
import dev.postern.proxy.session.SessionRunner;
import dev.postern.proxy.session.SessionServices;
import dev.postern.proxy.tls.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One address on which clients connect. Each connection gets a virtual thread until it relays. */
final class Listener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  /** Connections that the kernel holds until they are accepted. */
  private static final int BACKLOG = 4096;

  private static final AtomicLong SESSION_IDS = new AtomicLong();

  private final Channel channel;
  private final @Nullable ServerTls tls;
  private final AtomicInteger open;
  private final boolean takesCancelsWhileDraining;

  private Listener(
      Channel channel,
      @Nullable ServerTls tls,
      AtomicInteger open,
      boolean takesCancelsWhileDraining) {
    this.channel = channel;
    this.tls = tls;
    this.open = open;
    this.takesCancelsWhileDraining = takesCancelsWhileDraining;
  }

  /**
   * Opens the socket; connections are served from now on. The security's TLS is closed with the
   * listener, or if it cannot be opened.
   */
  static Listener open(
      ListenerConfig config,
      ListenerSecurity security,
      Connections connections,
      SessionServices services)
      throws StartException {
    ServerTls tls = security.tls();
    try {
      return bind(config, security, connections, services);
    } catch (StartException | RuntimeException e) {
      if (tls != null) {
        tls.close();
      }
      throw e;
    }
  }

  private static Listener bind(
      ListenerConfig config,
      ListenerSecurity security,
      Connections connections,
      SessionServices services)
      throws StartException {
    Negotiation negotiation = new Negotiation(security);
    AtomicInteger open = new AtomicInteger();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(connections.group())
            .channel(connections.transport().serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel accepted) {
                    connections.prepare(accepted);
                    open.incrementAndGet();
                    accepted.closeFuture().addListener(closed -> open.decrementAndGet());
                    serve(accepted, negotiation, services);
                  }
                })
            .bind(address(config));
    bound.awaitUninterruptibly();
    if (bound.cause() != null) {
      throw new StartException(
          "cannot listen on " + config.address() + ": " + bound.cause().getMessage(),
          bound.cause());
    }
    Listener listener =
        new Listener(bound.channel(), security.tls(), open, config.takesCancelsWhileDraining());
    log.atInfo()
        .addKeyValue("address", listener.address())
        .addKeyValue("tls", config.effectiveTlsMode())
        .log("listening");
    return listener;
  }

  private static void serve(Channel accepted, Negotiation negotiation, SessionServices services) {
    // With Java's NIO a channel cannot tell them once it is closed, unless it was asked before.
    if (accepted.localAddress() == null || accepted.remoteAddress() == null) {
      accepted.close(); // the client has reset it before it was accepted
      return;
    }
    String sessionId = Long.toString(SESSION_IDS.incrementAndGet());
    BlockingChannel connection =
        new BlockingChannel(accepted, Deadline.in(services.loginTimeout()));
    boolean mayBlock = services.plugins().mayBlock();
    services
        .loginThreads()
        .start(
            accepted.eventLoop(),
            mayBlock,
            "session-" + sessionId,
            new SessionRunner(sessionId, connection, negotiation, services, mayBlock));
  }

  private static InetSocketAddress address(ListenerConfig config) throws StartException {
    if (config.host().equals("*")) {
      return new InetSocketAddress(config.port());
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(config.host()), config.port());
    } catch (UnknownHostException e) {
      throw new StartException(
          "cannot listen on " + config.address() + ": the name is not known on this machine", e);
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Whether connections that were accepted here are open. */
  boolean hasConnections() {
    return open.get() > 0;
  }

  /** Whether it goes on accepting while nobody new is let in, for the sake of cancel requests. */
  boolean takesCancelsWhileDraining() {
    return takesCancelsWhileDraining;
  }

  /**
   * Begins to accept no more; connections that are open go on. Done as soon as its event loop comes
   * to it.
   */
  ChannelFuture stopAccepting() {
    return channel.close();
  }

  @Override
  public void close() {
    channel.close();
    if (tls != null) {
      tls.close();
    }
  }
}
