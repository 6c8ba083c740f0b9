package dev.postern.testkit;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;

/**
 * How an authority signs; it decides the hash of the channel binding {@code tls-server-end-point}
 * (RFC 5929, section 4.1).
 */
public enum Signing {
  ECDSA_SHA256("EC", "SHA256withECDSA"),
  ECDSA_SHA384("EC", "SHA384withECDSA"),
  RSA_SHA256("RSA", "SHA256withRSA"),
  RSA_SHA512("RSA", "SHA512withRSA"),
  /** Counts as SHA-256 in the channel binding. */
  RSA_SHA1("RSA", "SHA1withRSA"),
  /** Has no hash of its own, so that the channel binding is not defined. */
  ED25519("Ed25519", "Ed25519");

  private final String keyType;
  private final String algorithm;

  Signing(String keyType, String algorithm) {
    this.keyType = keyType;
    this.algorithm = algorithm;
  }

  String algorithm() {
    return algorithm;
  }

  KeyPair newKeyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(keyType);
      switch (keyType) {
        case "EC" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        case "RSA" -> generator.initialize(2048);
        default -> {}
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(keyType, e);
    }
  }
}
