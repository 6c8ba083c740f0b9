package dev.postern.plugins.rules;

import java.security.cert.X509Certificate;
import java.util.Map;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Whom a certificate names. */
final class SubjectName {
  private static final int LONGEST = 1024;

  /** Attributes that OpenSSL has names for, and Java has numbers. */
  private static final Map<String, String> NAMES =
      Map.of(
          "1.2.840.113549.1.9.1", "emailAddress",
          "2.5.4.4", "SN",
          "2.5.4.5", "serialNumber",
          "2.5.4.12", "title",
          "2.5.4.42", "GN");

  private SubjectName() {}

  /** {@code null} where there is none, or one that cannot be a name. */
  static @Nullable String of(X509Certificate certificate, boolean byDn) {
    X500Principal subject = certificate.getSubjectX500Principal();
    String name = byDn ? subject.getName(X500Principal.RFC2253, NAMES) : commonName(subject);
    boolean usable =
        name != null && !name.isEmpty() && name.length() <= LONGEST && name.indexOf('\0') < 0;
    return usable ? name : null;
  }

  /** The first in the order of the certificate, as PostgreSQL takes it. */
  private static @Nullable String commonName(X500Principal subject) {
    try {
      for (Rdn part : new LdapName(subject.getName(X500Principal.RFC2253)).getRdns()) {
        Attribute commonName = part.toAttributes().get("CN");
        if (commonName != null) {
          return commonName.size() == 1 && commonName.get() instanceof String text ? text : null;
        }
      }
      return null;
    } catch (NamingException e) {
      return null;
    }
  }
}
