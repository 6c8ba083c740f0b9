package dev.postern.proxy.config;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One address on which clients connect.
 *
 * @param host an address or a name of this machine; {@code *} for all addresses
 * @param port 1 to 65535; 0: any free one
 * @param tls how connections are protected
 * @param whileDraining what becomes of it once nobody new is let in; {@code null}: it is closed
 */
public record ListenerConfig(
    String host, int port, ListenerTlsConfig tls, @Nullable WhileDraining whileDraining) {
  /** What a listener does for those who come while sessions end at their own time. */
  public enum WhileDraining {
    /** Nothing: it is closed, and connections are refused by the machine. */
    CLOSED,
    /** It takes cancel requests, and refuses logins with words of its own. */
    CANCELS
  }

  private static final Pattern HOST = Pattern.compile("\\*|[0-9A-Za-z._:%-]+");

  public ListenerConfig {
    Rules rules = new Rules();
    rules.require(
        HOST.matcher(host).matches(),
        () ->
            "host: %s (expected: an address without brackets, a name, or \"*\" for all addresses)"
                .formatted(Shown.quoted(host)));
    rules.range("port", port, 0, 65535);
    TlsMode mode = effectiveTlsMode(host, tls);
    rules.require(
        mode == TlsMode.DISABLED || tls.certificate() != null,
        () ->
            tls.mode() == null
                ? "tls.certificate: missing; "
                    + Shown.line(host)
                    + " is not loopback (expected: certificate and key; or, to go without encryption"
                    + " in spite of that, mode: disabled)"
                : "tls.certificate: missing (expected with mode: " + mode + ")");
    rules.require(
        mode != TlsMode.DISABLED
            || tls.effectiveClientCertificates() == ListenerTlsConfig.ClientCertificates.NONE,
        () ->
            "tls.client-certificates: %s needs TLS (expected: a certificate, and a mode that is not disabled)"
                .formatted(tls.effectiveClientCertificates()));
    rules.enforce();
  }

  /** One that is closed when Postern drains. */
  public ListenerConfig(String host, int port, ListenerTlsConfig tls) {
    this(host, port, tls, null);
  }

  /** Whether cancel requests are taken here until the last session has ended. */
  public boolean takesCancelsWhileDraining() {
    return whileDraining == WhileDraining.CANCELS;
  }

  /** What holds for this listener: strict, unless only this machine can reach it. */
  public TlsMode effectiveTlsMode() {
    return effectiveTlsMode(host, tls);
  }

  /** Whether only programs on this machine can reach it. A name other than localhost is not. */
  public boolean isLoopback() {
    return isLoopback(host);
  }

  /** {@code host:port}, with an IPv6 address in brackets. */
  public String address() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  private static TlsMode effectiveTlsMode(String host, ListenerTlsConfig tls) {
    if (tls.mode() != null) {
      return tls.mode();
    }
    if (!isLoopback(host)) {
      return TlsMode.REQUIRED;
    }
    return tls.certificate() == null ? TlsMode.DISABLED : TlsMode.OPTIONAL;
  }

  static boolean isLoopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
