package dev.postern.plugins.ldap;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How connections to the directory are protected. Certificates are always checked, host names
 * included.
 *
 * @param trust PEM file with the CAs that may have signed the servers' certificates; {@code null}:
 *     those of the Java platform
 * @param startTls whether connections to {@code ldap://} servers begin with StartTLS; {@code null}:
 *     yes
 * @param unencryptedPasswords whether passwords may go over the network in clear, to servers that
 *     are not on this machine; {@code null}: no
 */
public record TlsConfig(
    @Nullable Path trust, @Nullable Boolean startTls, @Nullable Boolean unencryptedPasswords) {
  public TlsConfig {
    if (trust != null) {
      try {
        Trust.read(trust);
      } catch (Trust.UnusableException e) {
        throw new IllegalArgumentException("trust: " + e.getMessage(), e);
      }
    }
  }

  boolean effectiveStartTls() {
    return startTls == null || startTls;
  }

  boolean effectiveUnencryptedPasswords() {
    return unencryptedPasswords != null && unencryptedPasswords;
  }
}
