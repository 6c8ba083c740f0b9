package dev.postern.proxy.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate is for a host, by libpq's rules (PostgreSQL documentation, "Client
 * Verification of Server Certificates"). The JDK's own check knows no common name for addresses and
 * its own idea of wildcards.
 */
final class ServerNameCheck {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private ServerNameCheck() {}

  /** {@code host} is compared as it was configured; nothing is looked up. */
  static boolean isFor(X509Certificate certificate, String host) {
    InetAddress address = literal(host);
    int kind = address == null ? DNS_NAME : IP_ADDRESS;
    boolean commonNameCounts = true;
    for (List<?> name : alternativeNames(certificate)) {
      if (!(name.get(0) instanceof Integer type) || !(name.get(1) instanceof String value)) {
        continue;
      }
      commonNameCounts &= type != kind;
      if (type == DNS_NAME && matches(value, host)) {
        return true;
      }
      if (type == IP_ADDRESS && address != null && address.equals(literal(value))) {
        return true;
      }
    }
    return commonNameCounts
        && commonName(certificate).filter(name -> matches(name, host)).isPresent();
  }

  /** A wildcard stands for one label, the first, and for all of it. */
  private static boolean matches(String pattern, String host) {
    if (pattern.equalsIgnoreCase(host)) {
      return true;
    }
    if (pattern.length() < 3 || !pattern.startsWith("*.")) {
      return false;
    }
    int label = host.length() - (pattern.length() - 1);
    return label > 0
        && host.regionMatches(true, label, pattern, 1, pattern.length() - 1)
        && host.lastIndexOf('.', label - 1) < 0;
  }

  private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException unreadable) {
      // One name of a kind that matches nothing, so that the common name does not count either.
      return List.of(List.of(DNS_NAME, ""), List.of(IP_ADDRESS, ""));
    }
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
      return subject.getRdns().stream() // as in the certificate: RFC 2253 turns the order round
          .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
          .map(Rdn::getValue)
          .filter(String.class::isInstance)
          .map(String.class::cast)
          .findFirst();
    } catch (InvalidNameException unreadable) {
      return Optional.empty();
    }
  }

  private static @Nullable InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException name) {
      return null;
    }
  }
}
