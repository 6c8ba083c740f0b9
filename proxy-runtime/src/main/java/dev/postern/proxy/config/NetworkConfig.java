package dev.postern.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * How bytes are moved.
 *
 * @param transport the operating system's interface
 * @param eventLoops how many threads relay; 0: one for each processor, of two only one
 * @param tlsProvider whose code computes TLS
 */
public record NetworkConfig(
    @Nullable Transport transport,
    @Nullable Integer eventLoops,
    @Nullable TlsProvider tlsProvider) {

  /** An interface of the operating system. */
  public enum Transport {
    /** The best that works here. */
    AUTO("auto"),
    IO_URING("io_uring"),
    EPOLL("epoll"),
    /** Java's own; works everywhere. */
    NIO("nio");

    private final String shown;

    Transport(String shown) {
      this.shown = shown;
    }

    /** As in the file. */
    @Override
    public String toString() {
      return shown;
    }
  }

  /** A library that computes TLS. */
  public enum TlsProvider {
    /** BoringSSL where it loads, else the JDK's. */
    AUTO,
    /** Google's, through netty-tcnative. */
    BORINGSSL,
    /** Java's own; works everywhere. */
    JDK;

    /** As in the file. */
    @Override
    public String toString() {
      return Keys.kebab(name());
    }
  }

  public NetworkConfig {
    new Rules().range("event-loops", eventLoops, 0, 1024).enforce();
  }

  public Transport effectiveTransport() {
    return transport == null ? Transport.AUTO : transport;
  }

  /** 0: one for each processor, of two only one. */
  public int effectiveEventLoops() {
    return eventLoops == null ? 0 : eventLoops;
  }

  public TlsProvider effectiveTlsProvider() {
    return tlsProvider == null ? TlsProvider.AUTO : tlsProvider;
  }
}
