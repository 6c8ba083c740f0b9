package dev.postern.proxy.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority that lives as long as a test. */
final class TestAuthority {
  private static final Duration DAY = Duration.ofDays(1);

  private final X500Principal name;
  private final KeyPair keys = ecKeys();
  private final X509Certificate certificate;

  TestAuthority(String commonName) {
    name = new X500Principal("CN=" + commonName);
    certificate = sign(name, keys, "SHA256withECDSA", Instant.now().plus(DAY), true, List.of());
  }

  X509Certificate certificate() {
    return certificate;
  }

  /** A certificate for these host names and addresses; the first is the common name. */
  Issued issue(String... names) {
    return issue(ecKeys(), names);
  }

  Issued issue(KeyPair of, String... names) {
    return issue("CN=" + names[0], of, "SHA256withECDSA", Instant.now().plus(DAY), names);
  }

  Issued issueExpired(String... names) {
    return issue(
        "CN=" + names[0],
        ecKeys(),
        "SHA256withECDSA",
        Instant.now().minus(Duration.ofHours(1)),
        names);
  }

  /** A certificate whose subject and alternative names have nothing to do with each other. */
  Issued issueFor(String distinguishedName, String... alternativeNames) {
    Instant tomorrow = Instant.now().plus(DAY);
    return issue(distinguishedName, ecKeys(), "SHA256withECDSA", tomorrow, alternativeNames);
  }

  private Issued issue(
      String subject, KeyPair of, String algorithm, Instant until, String... names) {
    List<GeneralName> alternatives =
        Stream.of(names)
            .map(
                each ->
                    new GeneralName(
                        each.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName,
                        each))
            .toList();
    return new Issued(
        sign(new X500Principal(subject), of, algorithm, until, false, alternatives), of);
  }

  private X509Certificate sign(
      X500Principal subject,
      KeyPair of,
      String algorithm,
      Instant until,
      boolean authority,
      List<GeneralName> alternatives) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(64, new SecureRandom()),
              Date.from(Instant.now().minus(DAY.multipliedBy(2))),
              Date.from(until),
              subject,
              of.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (!alternatives.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(alternatives.toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate())));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  Path writeTo(Path file) throws IOException {
    return Files.writeString(file, pem("CERTIFICATE", encoded(certificate)));
  }

  static KeyPair ecKeys() {
    return keys("EC", 256);
  }

  static KeyPair keys(String algorithm, int size) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(size);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  /** A file as keys have to be: open to its owner only. */
  static Path writePrivate(Path file, String content) throws IOException {
    Files.writeString(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** A certificate with its key. */
  record Issued(X509Certificate certificate, KeyPair keys) {
    String certificatePem() {
      return pem("CERTIFICATE", encoded(certificate));
    }

    String keyPem() {
      return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    /** As {@code name.crt} and {@code name.key}. */
    PemPair writeTo(Path directory, String name) throws IOException {
      return new PemPair(
          Files.writeString(directory.resolve(name + ".crt"), certificatePem()),
          writePrivate(directory.resolve(name + ".key"), keyPem()));
    }
  }

  record PemPair(Path certificate, Path key) {}
}
