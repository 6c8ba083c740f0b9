package dev.postern.proxy.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a certificate that signs itself (RFC 5280), with an ECDSA key on P-256, for a listener's
 * first start. Clients use the certificate file as their root certificate.
 */
final class SelfSignedCertificate {
  private static final Duration VALID_FOR = Duration.ofDays(3650);

  /** Clients whose clocks are behind. */
  private static final Duration CLOCK_SKEW = Duration.ofHours(24);

  private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

  /** RFC 5280, upper bound of a common name. */
  private static final int LONGEST_COMMON_NAME = 64;

  private SelfSignedCertificate() {}

  /**
   * Writes a new certificate and key; the key file is open to its owner only from the first byte.
   *
   * @param names host names and IP addresses to be valid for; the first becomes the subject
   */
  static void write(Path certificate, Path key, Set<String> names)
      throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] encodedKey = encodeKey(pair);
    try {
      place(key, pem("PRIVATE KEY", encodedKey), "rw-------");
      place(certificate, pem("CERTIFICATE", encode(pair, names, Instant.now())), "rw-r--r--");
    } finally {
      Arrays.fill(encodedKey, (byte) 0);
    }
  }

  /** The names under which clients may look for a listener on {@code host}. */
  static Set<String> namesFor(String host) {
    Set<String> names = new LinkedHashSet<>();
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException nameless) {
      // Then it has no name that a client could use.
    }
    names.add("localhost");
    names.add("127.0.0.1");
    names.add("::1");
    InetAddress literal = literal(host);
    if (literal == null ? !host.equals("*") : !literal.isAnyLocalAddress()) {
      names.add(host);
    }
    return names;
  }

  static byte[] encode(KeyPair pair, Set<String> names, Instant now)
      throws GeneralSecurityException {
    byte[] name = distinguishedName(names.iterator().next());
    byte[] toBeSigned =
        Der.sequence(
            Der.explicit(0, Der.integer(BigInteger.TWO)), // version 3
            Der.integer(new BigInteger(127, new SecureRandom()).setBit(126)),
            ECDSA_WITH_SHA256,
            name,
            Der.sequence(Der.time(now.minus(CLOCK_SKEW)), Der.time(now.plus(VALID_FOR))),
            name,
            pair.getPublic().getEncoded(),
            Der.explicit(3, Der.sequence(extensions(pair, names))));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(toBeSigned);
    return Der.sequence(toBeSigned, ECDSA_WITH_SHA256, Der.bitString(signature.sign()));
  }

  private static byte[] distinguishedName(String commonName) {
    String name = commonName.length() > LONGEST_COMMON_NAME ? "Postern" : commonName;
    return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8String(name))));
  }

  /**
   * Without keyUsage on purpose: OpenSSL 1.1 takes a certificate for its own root only if it may
   * sign certificates or does not say. And not a CA: some clients refuse a CA as a server.
   */
  private static byte[][] extensions(KeyPair pair, Set<String> names)
      throws GeneralSecurityException {
    byte[] keyId = MessageDigest.getInstance("SHA-1").digest(publicPoint(pair));
    return new byte[][] {
      extension("2.5.29.19", true, Der.sequence()), // basicConstraints: not a CA
      extension("2.5.29.37", false, Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"))), // serverAuth
      extension("2.5.29.14", false, Der.octetString(keyId)), // subjectKeyIdentifier
      extension("2.5.29.17", false, Der.sequence(alternativeNames(names))),
    };
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    byte[] content = Der.octetString(value);
    return critical
        ? Der.sequence(Der.oid(oid), Der.isTrue(), content)
        : Der.sequence(Der.oid(oid), content);
  }

  private static byte[][] alternativeNames(Set<String> names) {
    List<byte[]> encoded = new ArrayList<>();
    for (String name : names) {
      InetAddress address = literal(name);
      encoded.add(
          address == null
              ? Der.implicit(2, name.getBytes(StandardCharsets.US_ASCII))
              : Der.implicit(7, address.getAddress()));
    }
    return encoded.toArray(byte[][]::new);
  }

  private static @Nullable InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException name) {
      return null;
    }
  }

  /** PKCS#8 with the public key inside (RFC 5915), which the JDK's own encoding leaves out. */
  private static byte[] encodeKey(KeyPair pair) {
    byte[] scalar = new byte[32];
    byte[] magnitude = ((ECPrivateKey) pair.getPrivate()).getS().toByteArray();
    int length = Math.min(magnitude.length, scalar.length);
    System.arraycopy(magnitude, magnitude.length - length, scalar, scalar.length - length, length);
    byte[] ecPrivateKey =
        Der.sequence(
            Der.integer(BigInteger.ONE),
            Der.octetString(scalar),
            Der.explicit(1, Der.bitString(publicPoint(pair))));
    byte[] algorithm = Der.parse(pair.getPublic().getEncoded()).get(0).children().get(0).encoded();
    return Der.sequence(Der.integer(BigInteger.ZERO), algorithm, Der.octetString(ecPrivateKey));
  }

  private static byte[] publicPoint(KeyPair pair) {
    byte[] bits = Der.parse(pair.getPublic().getEncoded()).get(0).children().get(1).content();
    return Arrays.copyOfRange(bits, 1, bits.length);
  }

  private static byte[] pem(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return ("-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Through a file beside it, so that nobody ever reads half of one. */
  private static void place(Path target, byte[] content, String permissions) throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, target.getFileName().toString(), ".new");
    try {
      Files.write(temporary, content); // createTempFile made it 0600
      if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
