package dev.postern.proxy.tls;

import dev.postern.proxy.config.PrivateFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys: PKCS#8, and the traditional forms of OpenSSL ({@code RSA PRIVATE KEY}, {@code
 * EC PRIVATE KEY}). What kind of key it has to be is taken from the certificate that it belongs to.
 */
final class PrivateKeys {
  private PrivateKeys() {}

  /**
   * The key in {@code file} that belongs to {@code owner}.
   *
   * @throws TlsConfigurationException if the file is open to others than its owner, or its first
   *     key cannot be used or belongs to another certificate
   */
  static PrivateKey read(Path file, PublicKey owner) throws TlsConfigurationException {
    byte[] content = new byte[0];
    try {
      content = PrivateFile.read(file);
      for (Pem.Block block : Pem.blocks(file, content)) {
        if (block.label().endsWith("PRIVATE KEY")) {
          try {
            return decode(file, block, owner);
          } finally {
            Arrays.fill(block.der(), (byte) 0);
          }
        }
      }
      throw Pem.nothingIn(file, content, "private key", "PRIVATE KEY", "openssl pkey");
    } catch (IOException e) {
      throw Pem.unreadable(file, e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static PrivateKey decode(Path file, Pem.Block block, PublicKey owner)
      throws TlsConfigurationException {
    if (block.encrypted() || block.label().startsWith("ENCRYPTED")) {
      throw TlsConfigurationException.of(
          file,
          "the private key is encrypted, and nobody is there to enter its passphrase",
          "decrypt it into a file of mode 0600: openssl pkey -in " + file);
    }
    byte[] pkcs8 = new byte[0];
    try {
      pkcs8 = toPkcs8(block, owner);
      PrivateKey key =
          sameAlgorithm(pkcs8, owner)
              ? KeyFactory.getInstance(owner.getAlgorithm())
                  .generatePrivate(new PKCS8EncodedKeySpec(pkcs8))
              : null;
      if (key == null || !belongTogether(key, pkcs8, owner)) {
        throw TlsConfigurationException.of(
            file,
            "the private key does not belong to the certificate",
            "put both of one pair there; the server's own certificate comes first in its file");
      }
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw TlsConfigurationException.of(
          file,
          "the private key cannot be read as one for the certificate's " + owner.getAlgorithm(),
          "see what it is: openssl pkey -noout -in " + file);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  /**
   * A traditional key lacks the AlgorithmIdentifier that PKCS#8 (RFC 5208) puts before it; the
   * certificate's SubjectPublicKeyInfo has it, curve and all.
   */
  private static byte[] toPkcs8(Pem.Block block, PublicKey owner) {
    return switch (block.label()) {
      case "PRIVATE KEY" -> block.der().clone();
      case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
          Der.sequence(
              Der.integer(BigInteger.ZERO),
              publicKeyInfo(owner).get(0).encoded(),
              Der.octetString(block.der()));
      default -> throw new IllegalArgumentException(block.label());
    };
  }

  private static boolean sameAlgorithm(byte[] pkcs8, PublicKey owner) {
    byte[] ofKey = privateKeyInfo(pkcs8).get(1).children().get(0).encoded();
    byte[] ofOwner = publicKeyInfo(owner).get(0).children().get(0).encoded();
    return MessageDigest.isEqual(ofKey, ofOwner);
  }

  private static boolean belongTogether(PrivateKey key, byte[] pkcs8, PublicKey owner)
      throws GeneralSecurityException {
    if (key instanceof RSAKey ours && owner instanceof RSAKey theirs) {
      return ours.getModulus().equals(theirs.getModulus());
    }
    byte[] publicPart = key.getAlgorithm().equals("EC") ? publicPart(pkcs8) : null;
    return publicPart == null
        ? signsFor(key, owner)
        : MessageDigest.isEqual(publicPart, publicKeyInfo(owner).get(1).content());
  }

  /** The optional public key of RFC 5915: comparing it costs nothing, a first signature 50 ms. */
  private static byte @Nullable [] publicPart(byte[] pkcs8) {
    Der.Element ecPrivateKey = Der.parse(privateKeyInfo(pkcs8).get(2).content()).get(0);
    return ecPrivateKey.children().stream()
        .filter(element -> element.tag() == 0xA1)
        .map(element -> element.children().get(0).content())
        .findFirst()
        .orElse(null);
  }

  private static boolean signsFor(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
    String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : key.getAlgorithm();
    byte[] sample = new byte[32];
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(sample);
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(owner);
    verifier.update(sample);
    return verifier.verify(signer.sign());
  }

  /** Version, AlgorithmIdentifier, key (RFC 5208, section 5). */
  private static List<Der.Element> privateKeyInfo(byte[] pkcs8) {
    return Der.parse(pkcs8).get(0).children();
  }

  /** AlgorithmIdentifier, key (RFC 5280, section 4.1). */
  private static List<Der.Element> publicKeyInfo(PublicKey key) {
    return Der.parse(key.getEncoded()).get(0).children();
  }
}
