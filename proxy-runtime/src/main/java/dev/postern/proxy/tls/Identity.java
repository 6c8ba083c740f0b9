package dev.postern.proxy.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who one side of a connection is: a certificate chain, the own certificate first, and its key.
 * {@link #toString()} shows the subject only.
 */
record Identity(List<X509Certificate> chain, PrivateKey key) {

  /**
   * Reads both files; what comes back belongs together.
   *
   * @throws TlsConfigurationException says which file, why, and what to do
   */
  static Identity read(Path certificate, Path key) throws TlsConfigurationException {
    List<X509Certificate> chain = Pem.certificates(certificate);
    return new Identity(chain, PrivateKeys.read(key, chain.getFirst().getPublicKey()));
  }

  X509Certificate certificate() {
    return chain.getFirst();
  }

  X509Certificate[] chainArray() {
    return chain.toArray(X509Certificate[]::new);
  }

  /** What is wrong with the certificate's dates, which clients that check it will refuse. */
  Optional<String> outOfDate(Instant now) {
    Instant from = certificate().getNotBefore().toInstant();
    Instant until = certificate().getNotAfter().toInstant();
    if (now.isBefore(from)) {
      return Optional.of("the certificate is not valid before " + from);
    }
    return now.isAfter(until)
        ? Optional.of("the certificate expired at " + until)
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "Identity[" + certificate().getSubjectX500Principal() + "]";
  }
}
