package dev.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate made for a test, with its private key and the certificates up to its authority.
 * Immutable, and valid from an hour ago for a day unless a method says otherwise.
 */
public final class TestCertificate {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PrivateKey key;
  private final Signing signing;
  private final List<X509Certificate> chain;

  private TestCertificate(PrivateKey key, Signing signing, List<X509Certificate> chain) {
    this.key = key;
    this.signing = signing;
    this.chain = List.copyOf(chain);
  }

  /** An authority that signs itself, with ECDSA and SHA-256. */
  public static TestCertificate authority(String commonName) {
    return authority(commonName, Signing.ECDSA_SHA256);
  }

  /** An authority that signs itself, and what it issues, in the given way. */
  public static TestCertificate authority(String commonName, Signing signing) {
    KeyPair pair = signing.newKeyPair();
    X500Principal name = principal(commonName);
    Draft draft = new Draft(name, name, pair, lifeFromNow(), List.of());
    X509Certificate certificate = sign(draft, pair.getPrivate(), signing, true, null);
    return new TestCertificate(pair.getPrivate(), signing, List.of(certificate));
  }

  /** A certificate for a server that signs itself, for the given host names and addresses. */
  public static TestCertificate selfSigned(String... names) {
    Signing signing = Signing.ECDSA_SHA256;
    KeyPair pair = signing.newKeyPair();
    X500Principal name = principal(names[0]);
    Draft draft = new Draft(name, name, pair, lifeFromNow(), List.of(names));
    X509Certificate certificate =
        sign(draft, pair.getPrivate(), signing, false, KeyPurposeId.id_kp_serverAuth);
    return new TestCertificate(pair.getPrivate(), signing, List.of(certificate));
  }

  /**
   * A certificate for a server, issued by this authority for the given host names and addresses;
   * the first is its CN.
   */
  public TestCertificate server(String... names) {
    return issue(names[0], List.of(names), lifeFromNow(), KeyPurposeId.id_kp_serverAuth);
  }

  /** Like {@link #server}, but its time ended an hour ago. */
  public TestCertificate expiredServer(String... names) {
    Instant now = Instant.now();
    Life past = new Life(now.minus(Duration.ofDays(2)), now.minus(Duration.ofHours(1)));
    return issue(names[0], List.of(names), past, KeyPurposeId.id_kp_serverAuth);
  }

  /** A certificate for a client, issued by this authority. */
  public TestCertificate client(String commonName) {
    return issue(commonName, List.of(), lifeFromNow(), KeyPurposeId.id_kp_clientAuth);
  }

  /** Like {@link #client}, but its time ended an hour ago. */
  public TestCertificate expiredClient(String commonName) {
    Instant now = Instant.now();
    Life past = new Life(now.minus(Duration.ofDays(2)), now.minus(Duration.ofHours(1)));
    return issue(commonName, List.of(), past, KeyPurposeId.id_kp_clientAuth);
  }

  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** The certificate itself first, its authority last. */
  public List<X509Certificate> chain() {
    return chain;
  }

  public PrivateKey key() {
    return key;
  }

  /** Writes the chain as PEM. */
  public Path writeChain(Path file) {
    StringBuilder pem = new StringBuilder();
    for (X509Certificate certificate : chain) {
      try {
        pem.append(pem("CERTIFICATE", certificate.getEncoded()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    return write(file, pem.toString());
  }

  /** Writes the private key as PEM (PKCS#8, unencrypted), readable by the owner only. */
  public Path writeKey(Path file) {
    return write(file, pem("PRIVATE KEY", key.getEncoded()));
  }

  private TestCertificate issue(
      String commonName, List<String> names, Life life, KeyPurposeId purpose) {
    KeyPair pair = Signing.ECDSA_SHA256.newKeyPair();
    Draft draft =
        new Draft(
            certificate().getSubjectX500Principal(), principal(commonName), pair, life, names);
    X509Certificate issued = sign(draft, key, signing, false, purpose);
    return new TestCertificate(
        pair.getPrivate(),
        Signing.ECDSA_SHA256,
        Stream.concat(Stream.of(issued), chain.stream()).toList());
  }

  private record Life(Instant from, Instant until) {}

  private record Draft(
      X500Principal issuer, X500Principal subject, KeyPair pair, Life life, List<String> names) {}

  private static Life lifeFromNow() {
    Instant now = Instant.now();
    return new Life(now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(1)));
  }

  private static X500Principal principal(String commonName) {
    return new X500Principal("CN=" + commonName);
  }

  private static X509Certificate sign(
      Draft draft,
      PrivateKey signingKey,
      Signing signing,
      boolean authority,
      @Nullable KeyPurposeId purpose) {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            draft.issuer(),
            new BigInteger(120, RANDOM).setBit(0),
            Date.from(draft.life().from()),
            Date.from(draft.life().until()),
            draft.subject(),
            draft.pair().getPublic());
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (purpose != null) {
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
      }
      if (!draft.names().isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName, false, alternativeNames(draft.names()));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(signing.algorithm()).build(signingKey)));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("no certificate for " + draft.subject(), e);
    }
  }

  private static GeneralNames alternativeNames(List<String> names) {
    List<GeneralName> all = new ArrayList<>();
    for (String name : names) {
      boolean address = name.indexOf(':') >= 0 || name.matches("\\d+(\\.\\d+){3}");
      all.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name));
    }
    return new GeneralNames(all.toArray(GeneralName[]::new));
  }

  private static String pem(String label, byte[] content) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label);
  }

  private static Path write(Path file, String content) {
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
