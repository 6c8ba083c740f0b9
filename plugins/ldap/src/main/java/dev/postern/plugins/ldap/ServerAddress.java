package dev.postern.plugins.ldap;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a directory server is, and how connections to it are protected.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
record ServerAddress(String host, int port, Protection protection) {
  private static final int LDAP = 389;
  private static final int LDAPS = 636;
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|::1", Pattern.CASE_INSENSITIVE);

  /** What protects the passwords on the way. */
  enum Protection {
    /** TLS from the first byte. */
    LDAPS,
    /** TLS by the StartTLS operation (RFC 4511, section 4.14), before anything else is said. */
    START_TLS,
    /** That they do not leave the machine. */
    LOOPBACK,
    /** Nothing. */
    NONE
  }

  /**
   * @throws IllegalArgumentException if it is no such address, or passwords would go there in clear
   */
  static ServerAddress of(URI uri, TlsConfig tls) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    boolean ldaps = scheme.equals("ldaps");
    String host = uri.getHost();
    boolean more = uri.getQuery() != null || uri.getUserInfo() != null || uri.getFragment() != null;
    boolean path = uri.getPath() != null && !uri.getPath().matches("/?");
    int port = uri.getPort() == -1 ? (ldaps ? LDAPS : LDAP) : uri.getPort();
    if (host == null || more || path || !(ldaps || scheme.equals("ldap"))) {
      throw new IllegalArgumentException(
          uri + " (expected: ldap://host:port or ldaps://host:port, and nothing behind it)");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " (expected: 1..65535)");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new ServerAddress(bare, port, protection(ldaps, bare, tls));
  }

  private static Protection protection(boolean ldaps, String host, TlsConfig tls) {
    if (ldaps) {
      return Protection.LDAPS;
    }
    if (tls.effectiveStartTls()) {
      return Protection.START_TLS;
    }
    if (tls.effectiveUnencryptedPasswords()) {
      return Protection.NONE;
    }
    if (LOOPBACK.matcher(host).matches()) {
      return Protection.LOOPBACK;
    }
    throw new IllegalArgumentException(
        "passwords would go to "
            + host
            + " in clear (expected: ldaps://, tls.start-tls: true, or tls.unencrypted-passwords:"
            + " true if it has to be)");
  }

  @Override
  public String toString() {
    return (protection == Protection.LDAPS ? "ldaps://" : "ldap://")
        + (host.indexOf(':') >= 0 ? "[" + host + "]" : host)
        + ":"
        + port;
  }
}
